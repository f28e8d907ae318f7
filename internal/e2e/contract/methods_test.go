package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"messenger-api/internal/testkit"
)

// Every GET has a HEAD: the same status and headers, without the body.
func testHead(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	r.Send(r.chat, r.user, "hello")
	guest := s.Guest(t)
	for _, c := range []struct {
		client *testkit.Client
		path   string
		status int
	}{
		{guest, "/ping", 200},
		{guest, "/ping_db", 200},
		{guest, "/swagger.yml", 200},
		{guest, "/v1/auth/sessions", 401},
		{guest, "/unknown", 401},
		{r.Client, "/unknown", 404},
		{r.Client, "/v1/auth/sessions", 200},
		{r.Client, "/v1/chats", 405},
		{r.Client, testkit.PagePath(r.chat, 10, ""), 200},
		{r.Client, testkit.PagePath(r.chat, 10, "x"), 400},
		{r.Client, testkit.PagePath(nobody, 10, ""), 404},
	} {
		get := c.client.For(t).Get(c.path).Want(c.status)
		head := c.client.For(t).Do(http.MethodHead, c.path, nil).Empty(c.status)
		for _, header := range []http.Header{get.Header, head.Header} {
			header.Del("Date")
			header.Del("X-Request-Id")
			if header.Get("Content-Length") == "0" {
				header.Del("Content-Length") // HTTP leaves it out where there is no body at all
			}
		}
		for name := range get.Header {
			if !slices.Equal(get.Header[name], head.Header[name]) {
				t.Errorf("HEAD %s: %s is %q, with GET %q", c.path, name, head.Header[name], get.Header[name])
			}
		}
		if len(head.Header) != len(get.Header) {
			t.Errorf("HEAD %s: the headers %v, with GET %v", c.path, head.Header, get.Header)
		}
	}
}

// Every path of the served document answers 405 to methods that it does not have, with those that it has
// in Allow.
func testMethods(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	document, err := openapi3.NewLoader().LoadFromData(s.Guest(t).Get("/swagger.yml").Body)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, item := range document.Paths.Map() {
		path := strings.NewReplacer("{chat_id}", r.chat, "{session_id}", nobody, "{task_id}", nobody).Replace(pattern)
		var want []string
		for method := range item.Operations() {
			want = append(want, method)
			if method == http.MethodGet {
				want = append(want, http.MethodHead)
			}
		}
		slices.Sort(want)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"} {
			if slices.Contains(want, method) {
				continue
			}
			answer := r.Do(method, path, nil)
			if answer.Status != http.StatusMethodNotAllowed || answer.Code() != "method-not-allowed" {
				t.Errorf("%s", answer)
				continue
			}
			allowed := strings.Split(answer.Header.Get("Allow"), ", ")
			slices.Sort(allowed)
			if !slices.Equal(allowed, want) {
				t.Errorf("%s %s: Allow is %q, want %q", method, path, allowed, want)
			}
		}
	}
	// Paths that need a session answer 401 without one.
	s.Guest(t).Do(http.MethodPut, "/v1/chats", nil).Refused(http.StatusUnauthorized, "auth-failed")
	s.Guest(t).Do(http.MethodPut, "/v1/auth/login", nil).Refused(http.StatusMethodNotAllowed, "method-not-allowed")
	s.Guest(t).Do(http.MethodPut, "/ping", nil).Refused(http.StatusMethodNotAllowed, "method-not-allowed")
}
