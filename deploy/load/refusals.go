package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// refusals sends requests that nginx or the service refuses: the errors must have the contract's format.
func (w *walker) refusals(ctx context.Context) error {
	for _, ask := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{http.MethodGet, "/v1/nothing", "", http.StatusNotFound, "not-found"},
		{http.MethodPut, "/v1/chats", "{}", http.StatusMethodNotAllowed, "method-not-allowed"},
		{http.MethodTrace, "/v1/chats", "", http.StatusMethodNotAllowed, "method-not-allowed"},
		{http.MethodPost, "/v1/chats", strings.Repeat("x", 3<<20), http.StatusRequestEntityTooLarge, "request-too-large"},
		{http.MethodPost, "/v1/chats", strings.Repeat("x", 1<<20), http.StatusBadRequest, "bad-parameters"},
		{http.MethodGet, "/" + strings.Repeat("x", 20<<10), "", http.StatusBadRequest, "bad-parameters"},
	} {
		got, err := w.caller.do(ctx, ask.method, ask.path, ask.body)
		if err != nil {
			return fmt.Errorf("%s %.40s: %w", ask.method, ask.path, err)
		}
		var failure struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(got.body, &failure) // without JSON there is no code, which is checked below
		if got.status != ask.status || failure.Message != ask.code || got.header.Get("X-Request-Id") == "" {
			return fmt.Errorf("%s %.40s: %d %.200s in place of %d %s, X-Request-Id %q",
				ask.method, ask.path, got.status, got.body, ask.status, ask.code, got.header.Get("X-Request-Id"))
		}
	}
	return nil
}
