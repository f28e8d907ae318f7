package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof" // also registers with http.DefaultServeMux, which is not served
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"messenger-api/internal/httpkit"
)

const (
	headerTimeout  = 5 * time.Second
	scrapeTimeout  = 10 * time.Second
	writeTimeout   = 2 * time.Minute // also limits the duration of a profile
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	stopTimeout    = 2 * time.Second
)

// MaxConnections is the limit of connections to the address of metrics, of which each scraper needs one or two. The
// longest idle ones are closed for new ones.
const MaxConnections = 8

// Serve serves /metrics, and with profiles /debug/pprof/, on the listener until ctx ends.
// It closes the listener.
func (m *Metrics) Serve(ctx context.Context, listener net.Listener, profiles bool, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: 4, Timeout: scrapeTimeout,
	}))
	if profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(stopped)
		stopping, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if server.Shutdown(stopping) != nil {
			_ = server.Close() // a profile may be running: it is aborted
		}
	})()
	connections := httpkit.NewConnections(nil, MaxConnections, log.With("listener", "metrics"))
	if err := connections.Serve(server, listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}
