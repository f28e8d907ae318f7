package testkit

import (
	"maps"
	"net/http"
	"testing"
)

// Answers that violate the document are refused.
func TestCheckAnswer(t *testing.T) {
	const id = "5d3e9ce435ba11eca6b50242ac1f0006"
	const refusal = `{"message":"bad-parameters"}`
	for name, c := range map[string]struct {
		method, path string
		status       int
		header       map[string]string
		body         string
		good         bool
	}{
		"a chat":                     {"POST", "/v1/chats", 201, nil, `{"chat_id":"` + id + `"}`, true},
		"a refusal":                  {"POST", "/v1/chats", 400, nil, refusal, true},
		"a limit":                    {"POST", "/v1/chats", 429, map[string]string{"Retry-After": "1"}, `{"message":"request-limit-exceeded"}`, true},
		"health":                     {"GET", "/ping", 200, map[string]string{"Content-Type": ""}, "", true},
		"an unknown path":            {"PUT", "/x", 404, nil, `{"message":"not-found"}`, true},
		"an unknown path's 401":      {"PUT", "/x", 401, nil, `{"message":"auth-failed"}`, true},
		"a method":                   {"PUT", "/ping", 405, map[string]string{"Allow": "GET, HEAD"}, `{"message":"method-not-allowed"}`, true},
		"HEAD":                       {"HEAD", "/ping_db", 200, nil, "", true},
		"an undocumented path":       {"GET", "/x", 200, nil, "", false},
		"an undocumented status":     {"POST", "/v1/chats", 200, nil, `{"chat_id":"` + id + `"}`, false},
		"an undocumented field":      {"POST", "/v1/chats", 201, nil, `{"chat_id":"` + id + `","x":1}`, false},
		"a missing field":            {"POST", "/v1/chats", 201, nil, `{}`, false},
		"an id with dashes":          {"POST", "/v1/chats", 201, nil, `{"chat_id":"5d3e9ce4-35ba-11ec-a6b5-0242ac1f0006"}`, false},
		"no JSON":                    {"POST", "/v1/chats", 201, nil, `x`, false},
		"a wrong type":               {"POST", "/v1/chats", 201, map[string]string{"Content-Type": "text/plain"}, `{"chat_id":"` + id + `"}`, false},
		"an error of a wrong type":   {"POST", "/v1/chats", 400, map[string]string{"Content-Type": "text/plain"}, refusal, false},
		"an error in another form":   {"POST", "/v1/chats", 400, nil, `{"error":"bad-parameters"}`, false},
		"an error with more":         {"POST", "/v1/chats", 400, nil, `{"message":"bad-parameters","sql":"x"}`, false},
		"an unknown code":            {"POST", "/v1/chats", 400, nil, `{"message":"no"}`, false},
		"another status's code":      {"POST", "/v1/chats", 400, nil, `{"message":"chat-not-found"}`, false},
		"SQL":                        {"POST", "/v1/chats", 400, nil, `{"message":"bad-parameters","details":"SQLSTATE 42"}`, false},
		"a path":                     {"POST", "/v1/chats", 400, nil, `{"message":"bad-parameters","details":"open /var/x"}`, false},
		"a stack":                    {"POST", "/v1/chats", 400, nil, `{"message":"bad-parameters","details":"goroutine 1"}`, false},
		"a body of health":           {"GET", "/ping", 200, nil, "OK", false},
		"no X-Request-Id":            {"GET", "/ping", 200, map[string]string{"X-Request-Id": ""}, "", false},
		"a limit without its wait":   {"POST", "/v1/chats", 429, nil, `{"message":"request-limit-exceeded"}`, false},
		"a limit to wait nothing":    {"POST", "/v1/chats", 429, map[string]string{"Retry-After": "0"}, `{"message":"request-limit-exceeded"}`, false},
		"a method without Allow":     {"PUT", "/ping", 405, nil, `{"message":"method-not-allowed"}`, false},
		"HEAD with a body":           {"HEAD", "/ping_db", 200, nil, "x", false},
		"HEAD, undocumented":         {"HEAD", "/ping", 503, map[string]string{"Retry-After": "1"}, "", false},
		"a failure without a record": {"GET", "/ping", 503, map[string]string{"Retry-After": "1"}, `{"message":"service-unavailable"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{"X-Request-Id": "1", "Content-Type": "application/json"}
			maps.Copy(header, c.header)
			answer := Answer{Status: c.status, Header: http.Header{}, Body: []byte(c.body)}
			for name, value := range header {
				if value != "" {
					answer.Header.Set(name, value)
				}
			}
			request, err := http.NewRequest(c.method, "http://127.0.0.1"+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkAnswer(request, answer); (err == nil) != c.good {
				t.Errorf("good is %v, want %v: %v", err == nil, c.good, err)
			}
		})
	}
}
