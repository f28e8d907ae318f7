package httpkit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"messenger-api/internal/errs"
)

// fakeAuth stands in for the middleware of the app auth.
func fakeAuth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			InfoFrom(r.Context()).Caller.AccountID = [16]byte{1}
		} else {
			InfoFrom(r.Context()).Refusal = errs.ErrExpiredSession
		}
		next.ServeHTTP(w, r)
	})
}

func testRouter() *Router {
	router := NewRouter(100)
	ok := func(w http.ResponseWriter, r *http.Request) error {
		return Write(w, http.StatusOK, sample{Name: Param(r, "id")})
	}
	echo := func(w http.ResponseWriter, r *http.Request) error {
		body, err := Decode[sample](r)
		if err != nil {
			return err
		}
		return Write(w, http.StatusCreated, body)
	}
	router.Handle(http.MethodGet, "/open", Public, ok)
	router.Handle(http.MethodPost, "/open", Public, echo)
	router.Handle(http.MethodGet, "/free", Exempt, ok)
	router.Handle(http.MethodGet, "/things/{id}", Protected, ok)
	router.Handle(http.MethodDelete, "/things/{id}", Protected, ok)
	return router
}

func TestRouter(t *testing.T) {
	router := testRouter()
	long := `{"name":"` + strings.Repeat("a", 100) + `"}`
	for _, c := range []struct {
		method, path, body string
		known              bool
		status             int
		want, allow        string
	}{
		{"GET", "/open", "", false, 200, `"name":""`, ""},
		{"HEAD", "/open", "", false, 200, "", ""},
		{"POST", "/open", `{"name":"a"}`, false, 201, `"name":"a"`, ""},
		{"POST", "/open", long, false, 413, "request-too-large", ""},
		{"PUT", "/open", "", false, 405, "method-not-allowed", "GET, HEAD, POST"},
		{"OPTIONS", "/open", "", false, 405, "method-not-allowed", "GET, HEAD, POST"},
		{"BREW", "/open", "", false, 405, "method-not-allowed", "GET, HEAD, POST"},
		{"GET", "/free", "", false, 200, `"name":""`, ""},
		{"POST", "/free", "", false, 405, "method-not-allowed", "GET, HEAD"},
		{"GET", "/things/7", "", false, 401, "session-id-expired", ""},
		{"GET", "/things/7", "", true, 200, `"name":"7"`, ""},
		{"HEAD", "/things/7", "", true, 200, "", ""},
		{"POST", "/things/7", "", false, 401, "session-id-expired", ""},
		{"POST", "/things/7", "", true, 405, "method-not-allowed", "GET, HEAD, DELETE"},
		{"GET", "/things/", "", true, 404, "not-found", ""},
		{"GET", "/things/7/8", "", true, 404, "not-found", ""},
		{"GET", "/things/7%2F8", "", true, 200, `"name":"7%2F8"`, ""},
		{"PUT", "/things/7%2F8", "", true, 405, "method-not-allowed", "GET, HEAD, DELETE"},
		{"GET", "/open/", "", true, 404, "not-found", ""},
		{"GET", "/open/", "", false, 401, "session-id-expired", ""},
		{"GET", "//open", "", false, 401, "session-id-expired", ""},
		{"GET", "/x/../open", "", false, 401, "session-id-expired", ""},
		{"GET", "/nothing", "", false, 401, "session-id-expired", ""},
		{"BREW", "/nothing", "", true, 404, "not-found", ""},
	} {
		request := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		if c.known {
			request.Header.Set("Authorization", "x")
		}
		answer, logged := observed(t, router, request, fakeAuth)
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.want) || answer.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s, known: %v: %d %s, Allow %q; want %d %s, %q", c.method, c.path, c.known, answer.Code, answer.Body,
				answer.Header().Get("Allow"), c.status, c.want, c.allow)
		}
		level := "INFO"
		if c.path == "/free" {
			level = "DEBUG"
		}
		if logged.Status != c.status || logged.Level != level {
			t.Errorf("%s %s: logged %+v", c.method, c.path, logged)
		}
	}
}

// Without a middleware that authenticates, protected paths are refused.
func TestProtectedWithoutAuth(t *testing.T) {
	answer, _ := observed(t, testRouter(), httptest.NewRequest(http.MethodGet, "/things/7", nil))
	if answer.Code != http.StatusUnauthorized || !strings.Contains(answer.Body.String(), "auth-failed") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestMiddlewareOrder(t *testing.T) {
	var order []string
	named := func(name string) Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order = append(order, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	observed(t, testRouter(), httptest.NewRequest(http.MethodGet, "/open", nil), named("first"), named("second"))
	if strings.Join(order, " ") != "first second" {
		t.Errorf("order: %q", order)
	}
}

// A body whose Content-Length exceeds the limit is refused without being read.
func TestContentLengthTooLarge(t *testing.T) {
	reader, writer := io.Pipe()
	defer writer.Close() // reading the body would block
	request := httptest.NewRequest(http.MethodPost, "/open", reader)
	request.ContentLength = 1 << 40
	if answer, _ := observed(t, testRouter(), request, fakeAuth); answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d %s", answer.Code, answer.Body)
	}
}
