package httpkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/errs"
)

// event is the log event of a request.
type event struct {
	Level, Msg, Method, Route, Client, Error string
	RequestID                                string `json:"request_id"`
	AccountID                                string `json:"account_id"`
	Status                                   int
	Duration                                 int64
	Time                                     time.Time
}

// observed serves a request with a router, and returns the response and its log event. It
// fails the test unless exactly one event was logged.
func observed(t *testing.T, router *Router, request *http.Request, middleware ...Middleware) (*httptest.ResponseRecorder, event) {
	t.Helper()
	var logged bytes.Buffer
	recorder := httptest.NewRecorder()
	handler := router.Serve(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})), nil, middleware...)
	func() {
		defer func() {
			if cause := recover(); cause != nil && cause != http.ErrAbortHandler { //nolint:errorlint // it is the value itself
				t.Errorf("panic: %v", cause)
			}
		}()
		handler.ServeHTTP(recorder, request)
	}()
	var got event
	if lines := bytes.Count(logged.Bytes(), []byte("\n")); lines != 1 {
		t.Fatalf("%d events were logged, want one:\n%s", lines, logged.String())
	}
	if err := json.Unmarshal(logged.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if age := time.Since(got.Time); got.Msg != "request" || age < 0 || age > time.Hour || got.Duration < 0 || got.RequestID != recorder.Header().Get("X-Request-Id") {
		t.Errorf("logged: %s", logged.String())
	}
	return recorder, got
}

var generatedID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestRequestID(t *testing.T) {
	for id, taken := range map[string]bool{
		"": false, "a": true, "5d3e9ce4-35ba-11ec-a6b5-0242ac1f0006": true, "a.b_C-9": true, "Root=1-67:x/y+z~!": true,
		strings.Repeat("x", 128): true, strings.Repeat("x", 129): false, " a": false, "a b": false, "a\n": false, "a\x7f": false,
		"ü": false, "\xff": false, "a\x00b": false,
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header["X-Request-Id"] = []string{id}
		got := requestID(request)
		if (got == id) != taken || !taken && !generatedID.MatchString(got) {
			t.Errorf("X-Request-Id %q was answered with %q", id, got)
		}
	}
	without := httptest.NewRequest(http.MethodGet, "/", nil)
	if first, second := requestID(without), requestID(without); first == second {
		t.Errorf("two requests have the id %s", first)
	}
}

func TestOneEventForEachRequest(t *testing.T) {
	router := NewRouter(1 << 20)
	router.Handle(http.MethodGet, "/chats/{chat_id}", Protected, func(w http.ResponseWriter, _ *http.Request) error {
		return Write(w, http.StatusOK, sample{})
	})
	asAlice := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			InfoFrom(r.Context()).Caller.AccountID = [16]byte{15: 7}
			next.ServeHTTP(w, r)
		})
	}
	request := httptest.NewRequest(http.MethodGet, "/chats/5d3e9ce4?text=hush", nil)
	request.Header.Set("Authorization", "session_id hush")
	_, got := observed(t, router, request, asAlice)
	want := event{
		Level: "INFO", Msg: "request", Method: "GET", Route: "/chats/{chat_id}", Client: "192.0.2.1", RequestID: got.RequestID,
		AccountID: "00000000000000000000000000000007", Status: 200, Duration: got.Duration, Time: got.Time,
	}
	if got != want {
		t.Errorf("logged %+v\nwant %+v", got, want)
	}
}

// The cause of an error is logged and not sent.
func TestCauseIsLogged(t *testing.T) {
	for _, c := range []struct {
		err    error
		level  string
		status int
	}{
		{errors.New("the cause"), "ERROR", 500},
		{errs.ErrServiceUnavailable.WithCause(errors.New("the cause")), "ERROR", 503},
		{errs.ErrChatNotFound.WithCause(errors.New("the cause")), "INFO", 404},
	} {
		router := NewRouter(1 << 20)
		router.Handle(http.MethodGet, "/", Public, func(http.ResponseWriter, *http.Request) error { return c.err })
		answer, got := observed(t, router, httptest.NewRequest(http.MethodGet, "/", nil))
		if got.Level != c.level || got.Status != c.status || !strings.Contains(got.Error, "the cause") {
			t.Errorf("%v: logged %+v", c.err, got)
		}
		if strings.Contains(answer.Body.String(), "cause") {
			t.Errorf("%v: answered %s", c.err, answer.Body)
		}
	}
}

func TestRequestsHaveADeadline(t *testing.T) {
	router := NewRouter(1 << 20)
	has := false
	router.Handle(http.MethodGet, "/", Public, func(_ http.ResponseWriter, r *http.Request) error {
		_, has = r.Context().Deadline()
		return nil
	})
	observed(t, router, httptest.NewRequest(http.MethodGet, "/", nil))
	if !has {
		t.Error("a request without a deadline")
	}
}

func TestClientAddress(t *testing.T) {
	router := NewRouter(1 << 20)
	var client netip.Addr
	router.Handle(http.MethodGet, "/", Public, func(_ http.ResponseWriter, r *http.Request) error {
		client = InfoFrom(r.Context()).Client
		return nil
	})
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set("X-Forwarded-For", "198.51.100.1")
	proxies := TrustedProxies{netip.MustParsePrefix("192.0.2.0/24")}
	router.Serve(slog.New(slog.DiscardHandler), proxies).ServeHTTP(httptest.NewRecorder(), request)
	if client.String() != "198.51.100.1" {
		t.Errorf("the client is %v", client)
	}
}
