package httpkit

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// within is the context of a request that begins now and may take so long.
func within(connection context.Context, most time.Duration) *requestContext {
	ctx := &requestContext{Context: connection, began: time.Now()}
	ctx.most.Store(int64(most))
	return ctx
}

func TestARequestEndsAtItsDeadline(t *testing.T) {
	for name, end := range map[string]func(context.Context) error{
		"who waits": func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"who asks": func(ctx context.Context) error {
			if ctx.Err() != nil {
				t.Error("it ended before its deadline")
			}
			time.Sleep(time.Minute)
			return ctx.Err()
		},
		"what is derived from it": func(ctx context.Context) error {
			derived, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-derived.Done()
			return derived.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				deadline := time.Now().Add(time.Minute)
				ctx := within(t.Context(), time.Minute)
				defer ctx.end()
				if err := end(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Now().Before(deadline) {
					t.Errorf("the error is %v", err)
				}
				if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
					t.Errorf("the cause is %v", cause)
				}
				if until, ok := ctx.Deadline(); !ok || !until.Equal(deadline) {
					t.Errorf("the deadline is %v", until)
				}
			})
		})
	}
}

// A client who hangs up ends the request, whether anybody waits yet or not.
func TestARequestEndsWithItsConnection(t *testing.T) {
	for name, waited := range map[string]bool{"waited for": true, "asked": false} {
		t.Run(name, func(t *testing.T) {
			connection, hangUp := context.WithCancel(t.Context())
			ctx := within(connection, time.Hour)
			defer ctx.end()
			if waited {
				defer func() { <-ctx.Done() }()
				ctx.Done()
			}
			if ctx.Err() != nil {
				t.Error("it has ended before")
			}
			hangUp()
			if err := ctx.Err(); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
				t.Errorf("the cause is %v", cause)
			}
		})
	}
}

func TestARequestCarriesItsInfo(t *testing.T) {
	type key struct{}
	info := &Info{ID: "1"}
	ctx := within(context.WithValue(t.Context(), key{}, "value"), time.Hour)
	ctx.info = info
	for range 2 {
		if InfoOf(ctx) != info || ctx.Value(key{}) != "value" {
			t.Error("a value is lost")
		}
		ctx.Done() // also once it is watched
	}
	ctx.end()
}

// Contexts derived from it follow it without a goroutine each.
func TestDerivedContextsNeedNoGoroutine(t *testing.T) {
	ctx := within(t.Context(), time.Hour)
	defer ctx.end()
	before := runtime.NumGoroutine()
	for range 100 {
		_, cancel := context.WithCancel(ctx)
		defer cancel()
	}
	if more := runtime.NumGoroutine() - before; more > 50 {
		t.Errorf("%d goroutines for 100 contexts", more)
	}
}

// A body that takes long leaves the request its whole time, whether somebody waited
// for its end before or not.
func TestASlowBodyLeavesTheRequestItsTime(t *testing.T) {
	for name, waited := range map[string]bool{"waited for": true, "asked": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const slow = 3 * requestDeadline
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
				if took := time.Since(began); took != slow+requestDeadline {
					t.Errorf("the request took %v, want %v", took, slow+requestDeadline)
				}
			})
		})
	}
}
