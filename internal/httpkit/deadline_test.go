package httpkit

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

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
				ctx := &requestContext{Context: t.Context(), deadline: deadline}
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
			ctx := &requestContext{Context: connection, deadline: time.Now().Add(time.Hour)}
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
	ctx := &requestContext{Context: context.WithValue(t.Context(), key{}, "value"), info: info, deadline: time.Now().Add(time.Hour)}
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
	ctx := &requestContext{Context: t.Context(), deadline: time.Now().Add(time.Hour)}
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
