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

// The end of the connection cancels the request's context, also after its deadline was renewed.
func TestConnectionCancelsRequest(t *testing.T) {
	for name, slow := range map[string]time.Duration{"at first": 0, "renewed": 2 * requestTimeout} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connection, closeConnection := context.WithCancel(t.Context())
				info := &Info{}
				request := withDeadline(httptest.NewRequestWithContext(connection, http.MethodPost, "/", http.NoBody), info)
				defer func() { info.cancel() }()
				time.Sleep(slow)
				renewDeadline(request, info)
				if request.Context().Err() != nil {
					t.Error("the context ended early")
				}
				closeConnection()
				<-request.Context().Done()
				if err := request.Context().Err(); !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

// Renewing the deadline preserves the values that middleware added to the context.
func TestRenewedDeadlineKeepsContextValues(t *testing.T) {
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

// After a slow body the request has its whole timeout, whether Done of the context was
// called before or not.
func TestTimeoutAfterSlowBody(t *testing.T) {
	for name, waited := range map[string]bool{"Done called": true, "Done not called": false} {
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
