package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// Answer is the response to one request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Closes: the response has Connection: close.
	Closes bool

	t       testing.TB
	request string
}

// Want ends the test unless the answer has this status.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s\nwant status %d", a, status)
	}
	return a
}

// Refused ends the test unless the answer is an error of this status and code.
func (a Answer) Refused(status int, code string) Answer {
	a.t.Helper()
	if a.Status != status || a.Code() != code {
		a.t.Fatalf("%s\nwant status %d and the code %s", a, status, code)
	}
	return a
}

// Empty ends the test unless the answer has this status and no body.
func (a Answer) Empty(status int) Answer {
	a.t.Helper()
	a.Want(status)
	if len(a.Body) > 0 {
		a.t.Fatalf("%s\nwant no body", a)
	}
	return a
}

// Code returns the code of an error, empty for any other answer.
func (a Answer) Code() string {
	var body struct{ Message string }
	if a.Status < http.StatusBadRequest || json.Unmarshal(a.Body, &body) != nil {
		return ""
	}
	return body.Message
}

// Field returns a string of the body's top level, and ends the test if it is missing or empty.
func (a Answer) Field(name string) string {
	a.t.Helper()
	var body map[string]any
	a.Decode(&body)
	text, _ := body[name].(string)
	if text == "" {
		a.t.Fatalf("%s\nwant a text %q", a, name)
	}
	return text
}

// Decode reads the body as JSON.
func (a Answer) Decode(into any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil {
		a.t.Fatalf("%s\nwant JSON: %v", a, err)
	}
}

// String shows the answer in a failure message, a long body shortened.
func (a Answer) String() string {
	const longest = 500
	body := a.Body
	more := ""
	if len(body) > longest {
		body, more = body[:longest], "…"
	}
	return fmt.Sprintf("%s answered %d %s%s", a.request, a.Status, body, more)
}
