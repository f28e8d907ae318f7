package httpkit

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"messenger-api/internal/errs"
)

// Observe is the outermost middleware. It gives each request an id and a deadline, turns
// a panic into an error response, and at the end writes one log event and calls the
// observers.
func Observe(log *slog.Logger, proxies TrustedProxies, access map[string]Access, observers ...Observer) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			started := time.Now()
			state := &requestState{info: Info{ID: requestID(r), Client: proxies.Client(r)}}
			info, recorded := &state.info, &state.recorder
			w.Header().Set("X-Request-Id", info.ID)
			recorded.ResponseWriter, recorded.info = w, info
			request := withDeadline(r, info)
			defer func() { info.cancel() }()
			request.URL = normalizeURL(r.URL)
			info.Access = access[routedPath(request)]
			defer func() {
				took := time.Since(started)
				logRequest(log, r, info, took)
				for _, observe := range observers {
					observe(r, info, took)
				}
				info.body.Release()
				if info.abort {
					resetOnClose(r)
					panic(http.ErrAbortHandler)
				}
			}()
			defer recorded.recoverPanic(request)
			next.ServeHTTP(recorded, request)
		})
	}
}

// requestState is what Observe allocates for a request, in one allocation.
type requestState struct {
	info     Info
	recorder recorder
}

// Observer is called at the end of each request with its duration. It is called
// concurrently and must return quickly.
type Observer func(r *http.Request, info *Info, took time.Duration)

// recorder records the status, for the log.
type recorder struct {
	http.ResponseWriter

	info *Info
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.info.Status == 0 {
		r.info.Status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(body []byte) (int, error) {
	if r.info.Status == 0 {
		r.info.Status = http.StatusOK
	}
	return r.ResponseWriter.Write(body)
}

// Unwrap is called by http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// recoverPanic must be deferred. It responds to the request if the handler panicked.
func (r *recorder) recoverPanic(request *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	err := errs.ErrInternal.WithCause(fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	WriteError(r, request, err)
}

func logRequest(log *slog.Logger, r *http.Request, info *Info, took time.Duration) {
	level := slog.LevelInfo
	failed := info.Status >= http.StatusInternalServerError || info.failure != nil && info.failure.Kind == errs.Internal ||
		info.abort && info.failure != errClientClosed
	switch {
	case failed && info.Access == Exempt:
		level = slog.LevelWarn // a health check that reports "not ready" has not failed itself
	case failed:
		level = slog.LevelError
	case info.Access == Exempt:
		level = slog.LevelDebug // health checks come every second
	}
	ctx := r.Context()
	if !log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("method", r.Method), slog.String("route", info.Route), slog.Int("status", info.Status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000), slog.String("request_id", info.ID), slog.String("client", info.Client.String()))
	if info.Caller.AccountID != [16]byte{} {
		attrs = append(attrs, slog.String("account_id", hex.EncodeToString(info.Caller.AccountID[:])))
	}
	if info.TraceID != "" {
		attrs = append(attrs, slog.String("trace_id", info.TraceID))
	}
	if info.failure != nil {
		attrs = append(attrs, slog.String("error", info.failure.Error()))
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}

// requestID returns the client's X-Request-Id if it is safe to log: up to 128 characters of
// printable ASCII without spaces. Otherwise it makes a random one.
func requestID(r *http.Request) string {
	const maxLength = 128
	id := r.Header.Get("X-Request-Id")
	valid := id != "" && len(id) <= maxLength
	for i := 0; valid && i < len(id); i++ {
		valid = id[i] > ' ' && id[i] <= '~'
	}
	if valid {
		return id
	}
	var random [16]byte
	rand.Read(random[:]) // never fails: the runtime ends the process instead
	return hex.EncodeToString(random[:])
}
