package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// written is an operation with a body; fields are the members of a valid one.
type written struct {
	path, fields string
	status       int
}

func operationsWithBody(t *testing.T, r room, password string) []written {
	t.Helper()
	return []written{
		{"/v1/auth/login", `"user_name":"` + password + `","password":"` + password + `"`, 200},
		{"/v1/auth/password", `"password":"` + password + `","new_password":"` + password + `"`, 200},
		{"/v1/chats", `"chat_name":"x"`, 201},
		{"/v1/chats/" + r.chat + "/users", `"user_name":"x"`, 201},
		{testkit.MessagesPath(r.chat, r.user), `"message":"x"`, 201},
		{"/v1/chats/search", `"message":"hello"`, 201},
	}
}

// newWriter registers an account whose password is its name.
func newWriter(t *testing.T, s *testkit.Server) (room, []written) {
	t.Helper()
	name := fresh("writer")
	s.Guest(t).Post("/v1/auth/register", credentials(name, name)).Empty(http.StatusCreated)
	writer := s.Guest(t).LogIn(name, name)
	chat := writer.CreateChat("tea")
	r := room{writer, chat, writer.Join(chat, "Writer")}
	return r, operationsWithBody(t, r, name)
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// In these bodies, FIELDS is replaced by the members of a valid one.
var badBodies = map[string]string{
	"none": "", "spaces": " \n", "null": "null", "true": "true", "a number": "1", "a text": `"x"`, "a list": "[]", "an object": "{}",
	"no JSON": "chat_name=x", "cut off": "{FIELDS", "in a list": "[{FIELDS}]", "a comma too many": "{FIELDS,}",
	"garbage behind": "{FIELDS}x", "two values": "{FIELDS}{FIELDS}", "a NUL behind": "{FIELDS}\x00", "null behind": "{FIELDS} null",
	"a comment": "{FIELDS/**/}", "apostrophes": "{'x':1,FIELDS}", "a bare name": "{x:1,FIELDS}", "NaN": `{FIELDS,"x":NaN}`,
	"a byte order mark": "\ufeff{FIELDS}", "names twice": "{FIELDS,FIELDS}", "an unknown name twice": `{FIELDS,"x":1,"x":2}`,
	"a name twice, deeper": `{FIELDS,"x":{"y":1,"y":2}}`, "a name twice, escaped": `{FIELDS,"x":1,"\u0078":2}`,
	"not UTF-8":                  "{FIELDS,\"x\":\"\xff\"}",
	"not UTF-8, overlong":        "{FIELDS,\"x\":\"\xc0\x80\"}",
	"not UTF-8, a surrogate":     "{FIELDS,\"x\":\"\xed\xa0\x80\"}",
	"not UTF-8, in a name":       "{FIELDS,\"\xff\":1}",
	"not UTF-8, cut off":         "{FIELDS,\"x\":\"\xf0\x9f\x98\"}",
	"a lone surrogate":           `{FIELDS,"x":"\ud83d"}`,
	"a lone low surrogate":       `{FIELDS,"x":"\ude00"}`,
	"surrogates in wrong order":  `{FIELDS,"x":"\ude00\ud83d"}`,
	"a lone surrogate in a name": `{FIELDS,"\ud83d":1}`,
	"an escaped NUL":             `{FIELDS,"x":"a\u0000b"}`,
	"an escaped NUL in a name":   `{FIELDS,"\u0000":1}`,
	"a bare NUL":                 "{FIELDS,\"x\":\"\x00\"}",
	"a bare line feed":           "{FIELDS,\"x\":\"\n\"}",
	"an unknown escape":          `{FIELDS,"x":"\x41"}`,
	"a number with a zero":       `{FIELDS,"x":01}`,
	"too deep":                   `{FIELDS,"x":` + nested(1000) + `}`,
	"too deep, by far":           `{FIELDS,"x":` + nested(200_000) + `}`,
	"too deep, and open":         `{FIELDS,"x":` + strings.Repeat("[", 200_000),
	"too deep, objects":          strings.Repeat(`{"x":`, 50_000) + "1" + strings.Repeat("}", 50_000),
	"UTF-16":                     "{\x00}\x00",
}

func testBadBodies(t *testing.T, s *testkit.Server) {
	r, operations := newWriter(t, s)
	registration := written{"/v1/auth/register", `"user_name":"` + fresh("never") + `","password":"x"`, 201}
	for _, operation := range append(operations, registration) {
		for what, body := range badBodies {
			body = strings.ReplaceAll(body, "FIELDS", operation.fields)
			if answer := r.Post(operation.path, body); answer.Status != 400 || answer.Code() != "bad-parameters" {
				t.Errorf("a body, %s: %s", what, answer)
			}
		}
	}
	if messages := r.ReadAll(r.chat, 10); len(messages) != 0 {
		t.Errorf("refused messages are stored: %+v", messages)
	}
	r.Post(registration.path, "{"+registration.fields+"}").Empty(http.StatusCreated)
}

func testGoodBodies(t *testing.T, s *testkit.Server) {
	r, operations := newWriter(t, s)
	for _, operation := range operations {
		for what, body := range map[string]string{
			"plain": "{FIELDS}", "spaces": " \r\n\t{ FIELDS } \n", "unknown fields": `{"x":1,FIELDS,"y":{"x":1,"z":[null,{"x":2}]},"":""}`,
			"nested": `{FIELDS,"x":` + nested(20) + `}`, "brackets in a text": `{FIELDS,"x":"` + strings.Repeat(`[{\"`, 100) + `"}`,
			"huge numbers": `{FIELDS,"x":[1e999,-1e-999,123456789012345678901234567890]}`, "a pair of surrogates": `{FIELDS,"x":"\ud83d\ude00"}`,
			"an escaped escape": `{FIELDS,"x":"\\u0000"}`, "control characters": `{FIELDS,"x":"\u0001\u001f\b\f\n\r\t"}`,
			"__proto__": `{FIELDS,"__proto__":{"x":1},"constructor":null}`,
		} {
			answer := r.Post(operation.path, strings.ReplaceAll(body, "FIELDS", operation.fields))
			if answer.Status != operation.status {
				t.Errorf("a body, %s: %s, want %d", what, answer, operation.status)
			}
		}
	}
	r.Post(testkit.MessagesPath(r.chat, r.user), `{"m\u0065ssage":"\ud83d\ude00\u0041\\u0000"}`).Want(http.StatusCreated)
	if got := r.Page(r.chat, 1, "").Messages[0].Text; got != `😀A\u0000` {
		t.Errorf("an escaped text arrived as %q", got)
	}
}

func testContentTypes(t *testing.T, s *testkit.Server) {
	r, operations := newWriter(t, s)
	for _, operation := range operations {
		for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
			"multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/xml", "no type at all", "*/*"} {
			answer := r.Post(operation.path, "{"+operation.fields+"}", "Content-Type", contentType)
			if answer.Status != operation.status {
				t.Errorf("Content-Type %q: %s, want %d", contentType, answer, operation.status)
			}
		}
	}
}

func testLargeBodies(t *testing.T, s *testkit.Server) {
	const largest = 1 << 20
	r, operations := newWriter(t, s)
	for _, operation := range operations {
		good := "{" + operation.fields + "}"
		full := good + strings.Repeat(" ", largest-len(good))
		r.Post(operation.path, full).Want(operation.status)
		r.Post(operation.path, full+" ").Refused(http.StatusRequestEntityTooLarge, "request-too-large")
		r.Post(operation.path, strings.Repeat("x", 3*largest)).Refused(http.StatusRequestEntityTooLarge, "request-too-large")
		// The same for a body without Content-Length.
		r.Post(operation.path, chunked(full)).Want(operation.status)
		r.Post(operation.path, chunked(full+" ")).Refused(http.StatusRequestEntityTooLarge, "request-too-large")
	}
	s.Guest(t).Post("/v1/auth/register", strings.Repeat(" ", largest+1)).Refused(http.StatusRequestEntityTooLarge, "request-too-large")
	// The longest message fits, even with every character escaped.
	escaped := `{"message":"` + strings.Repeat(`\u0001`, 65536) + `"}`
	r.Post(testkit.MessagesPath(r.chat, r.user), escaped).Want(http.StatusCreated)
}

// chunked hides a body's length from the client.
func chunked(body string) io.Reader { return io.MultiReader(bytes.NewReader([]byte(body))) }
