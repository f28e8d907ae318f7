package httpkit

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"messenger-api/internal/errs"
)

func TestPanicIsAnswered(t *testing.T) {
	for _, cause := range []any{"hush", errors.New("hush"), errs.ErrChatNotFound, 7, http.ErrBodyNotAllowed} {
		router := NewRouter(1 << 20)
		router.Handle(http.MethodGet, "/", Public, func(http.ResponseWriter, *http.Request) error { panic(cause) })
		answer, got := observed(t, router, httptest.NewRequest(http.MethodGet, "/", nil))
		if answer.Code != http.StatusInternalServerError || answer.Body.String() != `{"message":"internal-error"}` {
			t.Errorf("panic(%v): %d %s", cause, answer.Code, answer.Body)
		}
		if got.Level != "ERROR" || got.Status != 500 || !strings.Contains(got.Error, "observe_test.go") {
			t.Errorf("panic(%v): logged %+v", cause, got)
		}
	}
}

// After a panic in the middle of a response the client sees that it is incomplete.
func TestPanicAfterResponseStarted(t *testing.T) {
	router := NewRouter(1 << 20)
	router.Handle(http.MethodGet, "/", Public, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic("too late")
	})
	var logged bytes.Buffer
	server := httptest.NewServer(router.Serve(slog.New(slog.NewJSONHandler(&logged, nil)), nil))
	answer, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("the response %q looks complete", body)
	}
	server.Close()
	if !strings.Contains(logged.String(), "too late") || !strings.Contains(logged.String(), `"level":"ERROR"`) {
		t.Errorf("logged %s", logged.String())
	}
}
