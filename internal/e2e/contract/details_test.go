package contract_test

import (
	"net/http"
	"testing"

	"messenger-api/internal/testkit"
)

// Where the code alone is not enough, the details say what is wrong.
func testDetails(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	good := "session_id " + r.Session
	const form = `; its form is "Authorization: session_id SESSION_ID"`
	messages := "/v1/chats/" + r.chat + "/messages"
	for want, answer := range map[string]testkit.Answer{
		"the header Authorization is missing" + form:       s.Guest(t).Get("/v1/auth/sessions"),
		"the header Authorization can't be read" + form:    s.Guest(t).Get("/v1/auth/sessions", "Authorization", r.Session),
		"the header Authorization is given twice" + form:   s.Guest(t).Get("/v1/auth/sessions", "Authorization", good, "Authorization", good),
		"user_id is missing":                               r.Post(messages, `{"message":"x"}`),
		"limit is given twice":                             r.Get(messages + "?limit=1&limit=1"),
		"from is given twice":                              r.Get(messages + "?limit=1&from=x&from=x"),
		"the field message of the body has the wrong type": r.say(t, `{"message":["x"]}`),
		"the body is not a JSON object":                    r.say(t, `["x"]`),
		"an object of the body has one name twice":         r.say(t, `{"message":"x","message":"x"}`),
	} {
		if got := answer.Field("details"); got != want {
			t.Errorf("%s: the details are %q, want %q", answer, got, want)
		}
	}
	// An unknown user is another error than a missing one.
	var body struct{ Details string }
	r.Post(testkit.MessagesPath(r.chat, nobody), `{"message":"x"}`).Refused(http.StatusNotFound, "user-not-found").Decode(&body)
	if body.Details != "" {
		t.Errorf("an unknown user_id: %q", body.Details)
	}
}
