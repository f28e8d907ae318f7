package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"syscall"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/apps/auth"
	"messenger-api/internal/apps/metrics"
	searchapp "messenger-api/internal/apps/search"
	"messenger-api/internal/config"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/pages"
	"messenger-api/internal/search"
	"messenger-api/internal/tracing"
)

// flushTimeout limits sending the last traces when a process stops.
const flushTimeout = 3 * time.Second

// role has what differs in the telemetry of a server and a consumer: the address of metrics,
// with the name and the default of its setting, and the service name in traces.
type role struct {
	address        func(config.Config) config.Listen
	setting        string
	defaultAddress string
	service        string
}

var (
	serverRole   = role{func(c config.Config) config.Listen { return c.Metrics.Address }, "METRICS_ADDR", "127.0.0.1:9090", "messenger-api"}
	consumerRole = role{func(c config.Config) config.Listen { return c.Metrics.ConsumerAddress }, "CONSUMER_METRICS_ADDR", "127.0.0.1:9091", "messenger-api-consumer"}
)

// telemetry is the metrics and traces of a node. The zero value has neither.
type telemetry struct {
	// metrics is nil if the app is off, or its default address is taken.
	metrics  *metrics.Metrics
	listener net.Listener
	// traces is nil if traces are not sent.
	traces *tracing.Traces
}

// openTelemetry opens the telemetry that is switched on. ready reports whether requests are
// accepted.
func openTelemetry(
	ctx context.Context, cfg config.Config, on []entry, build Build, as role, ready func() bool, log *slog.Logger,
) (s telemetry, err error) {
	if slices.Contains(names(on), metrics.Name) {
		s.listener, err = listenForMetrics(ctx, as.address(cfg), as, log)
		if err != nil {
			return telemetry{}, err
		}
	}
	if s.listener != nil {
		s.metrics = metrics.New(build.Version, build.Commit, ready)
	}
	if cfg.Traces.Endpoint.Reveal() != nil {
		s.traces, err = tracing.Open(ctx, as.service, build.Version, log)
	}
	if err != nil && s.listener != nil {
		err = errors.Join(err, s.listener.Close())
	}
	return s, err
}

// listenForMetrics returns no listener if no address is set and the default one is taken:
// a second server on the same machine must be able to start.
func listenForMetrics(ctx context.Context, address config.Listen, as role, log *slog.Logger) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", string(address))
	if address == "" {
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", as.defaultAddress)
		if errors.Is(err, syscall.EADDRINUSE) {
			log.Warn("the default address of metrics is taken, so they are not served; set "+as.setting+" to another one", "address", as.defaultAddress)
			return nil, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", as.setting, err)
	}
	return listener, nil
}

// address is the address of metrics, or empty if they are not served.
func (s telemetry) address() string {
	if s.metrics == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// serve serves metrics until ctx ends.
func (s telemetry) serve(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	if s.metrics == nil {
		return nil
	}
	return s.metrics.Serve(ctx, s.listener, bool(cfg.Log.Debug), log)
}

func (s telemetry) app() apps.App {
	if s.metrics == nil {
		return apps.App{Name: metrics.Name}
	}
	return s.metrics.App()
}

// observers are the observers of requests for a router without apps.
func (s telemetry) observers() []httpkit.Observer {
	if s.metrics == nil {
		return nil
	}
	return []httpkit.Observer{s.metrics.ObserveRequest}
}

func (s telemetry) authHooks() auth.Hooks {
	if s.metrics == nil {
		return auth.Hooks{}
	}
	return auth.Hooks{
		SessionFound: s.metrics.SessionFound, LogInEnded: s.metrics.LoggedIn, RegistrationEnded: s.metrics.Registered,
	}
}

func (s telemetry) searchHooks() search.Hooks {
	if s.metrics == nil {
		return search.Hooks{}
	}
	return search.Hooks{TaskEnded: s.metrics.SearchEnded, IndexLag: s.metrics.SetIndexLag}
}

// onThrottled returns the function to call for each request over its limit, or nil.
func (s telemetry) onThrottled() func() {
	if s.metrics == nil {
		return nil
	}
	return s.metrics.Throttled
}

// observePages adds the counters of cached pages to the metrics; cached is nil if pages are
// not cached.
func (s telemetry) observePages(cached *pages.Pages) {
	if s.metrics != nil {
		s.metrics.SetPages(cached)
	}
}

// observe adds the backends' states to the metrics.
func (s telemetry) observe(opened backends, on []entry) {
	if s.metrics == nil {
		return
	}
	sources := metrics.Sources{Database: opened.database.Ping, Refused: map[string]func() bool{"database": refused(opened.database)}, Pools: func() []metrics.Pool {
		var all []metrics.Pool
		for _, pool := range opened.database.Pools() {
			all = append(all, metrics.Pool(pool))
		}
		return all
	}}
	if opened.queue != nil {
		sources.Queue = opened.queue.Ping
		sources.Refused["queue"] = refused(opened.broker)
	}
	if opened.caches.local != nil || slices.Contains(names(on), cacheName) {
		sources.Cache = opened.caches.shared.Settled
		sources.Refused["cache"] = refused(opened.caches.shared)
	}
	if slices.Contains(names(on), searchapp.Name) {
		sources.TaskCounts, sources.OldestWaiting = opened.database.CountTasks, opened.database.OldestWaiting
	}
	s.metrics.SetSources(sources)
}

// refused gives what reports whether a part refuses the service for good; a part within this process never does.
func refused(part any) func() bool {
	if elsewhere, ok := part.(interface{ Refused() bool }); ok {
		return elsewhere.Refused
	}
	return func() bool { return false }
}
