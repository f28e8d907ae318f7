package httpkit

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// A client who hangs up ends the request, also one whose deadline was renewed.
func TestARequestEndsWithItsConnection(t *testing.T) {
	for name, slow := range map[string]time.Duration{"at first": 0, "renewed": 2 * requestTimeout} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connection, hangUp := context.WithCancel(t.Context())
				info := &Info{}
				request := withDeadline(httptest.NewRequestWithContext(connection, http.MethodPost, "/", http.NoBody), info)
				defer func() { info.cancel() }()
				time.Sleep(slow)
				renewDeadline(request, info)
				if request.Context().Err() != nil {
					t.Error("it has ended before")
				}
				hangUp()
				<-request.Context().Done()
				if err := request.Context().Err(); !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

// What middleware has put into a request's context is there after its deadline was renewed.
func TestARenewedRequestKeepsItsValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		info := &Info{}
		request := withDeadline(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody), info)
		request = request.WithContext(context.WithValue(request.Context(), key{}, "value"))
		time.Sleep(2 * requestTimeout)
		renewDeadline(request, info)
		if InfoFrom(request.Context()) != info || request.Context().Value(key{}) != "value" {
			t.Error("a value is lost")
		}
		info.cancel()
		if err := request.Context().Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("after the request the error is %v", err)
		}
	})
}

// A body that takes long leaves the request its whole time, whether somebody waited
// for its end before or not.
func TestASlowBodyLeavesTheRequestItsTime(t *testing.T) {
	for name, waited := range map[string]bool{"waited for": true, "asked": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const slow = 3 * requestTimeout
				handler := Observe(slog.New(slog.DiscardHandler), nil, nil)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if waited {
						r.Context().Done()
					}
					if _, err := Decode[struct{}](r); err != nil || r.Context().Err() != nil {
						t.Errorf("the body: %v, the context: %v", err, r.Context().Err())
					}
					<-r.Context().Done()
				}))
				reader, writer := io.Pipe()
				go func() {
					time.Sleep(slow)
					if _, err := writer.Write([]byte("{}")); err != nil {
						t.Error(err)
					}
					writer.Close()
				}()
				began := time.Now()
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", reader))
				if took := time.Since(began); took != slow+requestTimeout {
					t.Errorf("the request took %v, want %v", took, slow+requestTimeout)
				}
			})
		})
	}
}
