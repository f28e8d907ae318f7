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

// Observe stands around everything: it names the request, gives it a deadline,
// turns a panic into an answer, and writes one log event when it is done, of which
// the observers learn, too.
func Observe(log *slog.Logger, proxies TrustedProxies, access map[string]Access, observers ...Observer) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			started := time.Now()
			made := &exchange{info: Info{ID: requestID(r), Client: proxies.Client(r)}}
			info, recorded := &made.info, &made.recorder
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
				if info.cut {
					panic(http.ErrAbortHandler)
				}
			}()
			defer recorded.recoverPanic(request)
			next.ServeHTTP(recorded, request)
		})
	}
}

// exchange is all that Observe makes of a request, in one piece of memory.
type exchange struct {
	info     Info
	recorder recorder
}

// Observer is told of each request when it is over, and how long it took. It is
// called by many at once and must be quick.
type Observer func(r *http.Request, info *Info, took time.Duration)

// recorder remembers the status, for the log.
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

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// recoverPanic is deferred: it answers for a handler that panicked.
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
		info.cut && info.failure != errClientLeft
	switch {
	case failed && info.Access == Exempt:
		level = slog.LevelWarn // to say that it is not ready is what it was asked for
	case failed:
		level = slog.LevelError
	case info.Access == Exempt:
		level = slog.LevelDebug // whoever watches the server asks every second
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

// requestID takes the client's id when it is one that can stand in a log: a
// short one of printable ASCII without spaces.
func requestID(r *http.Request) string {
	const longest = 128
	id := r.Header.Get("X-Request-Id")
	sane := id != "" && len(id) <= longest
	for i := 0; sane && i < len(id); i++ {
		sane = id[i] > ' ' && id[i] <= '~'
	}
	if sane {
		return id
	}
	var random [16]byte
	rand.Read(random[:]) // never fails: the runtime ends the process instead
	return hex.EncodeToString(random[:])
}
