package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/apps"
	"messenger-api/internal/config"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
)

// The idle timeout is longer than that of usual proxies: an idle connection must be closed by
// the proxy, which otherwise may send a request on it just when this server closes it.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 20 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 90 * time.Second
	maxHeaderBytes    = 16 << 10
	shutdownTimeout   = 15 * time.Second
)

type serveCommand struct{}

// Run implements the command serve.
func (serveCommand) Run(ctx context.Context, process Process) error {
	cfg, on, err := settings(process)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, process)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Server.Address())
	if err != nil {
		return fmt.Errorf("listen on HOST and PORT: %w", err)
	}
	n := &node{cfg: cfg, on: on, log: log, assemble: assembleServer}
	n.telemetry, err = openTelemetry(ctx, cfg, on, process.Build, serverRole, n.ready, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	n.gate = newGate(cfg, closedReason, log, n.telemetry.observers()...)
	printStartup(process, cfg, on, listener.Addr(), n.telemetry.address(), log)
	warnOfUnusedSettings(cfg, log)
	return n.serve(ctx, listener)
}

// node is one running server.
type node struct {
	cfg  config.Config
	on   []entry
	log  *slog.Logger
	gate *gate
	// telemetry is opened before the backends.
	telemetry telemetry
	// assemble builds the apps and the handler of requests after the backends are open.
	assemble func(n *node, opened backends, ready health) ([]apps.App, http.Handler, error)
}

// serve serves on the listener until ctx ends, then finishes running requests and work.
func (n *node) serve(ctx context.Context, listener net.Listener) error {
	httpServer := &http.Server{
		Handler: n.gate, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
	connections := httpkit.NewConnections(httpkit.TrustedProxies(n.cfg.Server.TrustedProxies), maxConnections(n.cfg, n.log), n.log)
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	group, failed := errgroup.WithContext(work)
	group.Go(func() error {
		if err := connections.Serve(httpServer, listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return n.run(ctx, failed) })
	group.Go(func() error { return n.telemetry.serve(failed, n.cfg, n.log) })
	select {
	case <-ctx.Done():
		n.log.Info("stopping: running requests are finished first")
		n.drain(failed)
	case <-failed.Done():
	}
	n.shutDown(httpServer)
	endWork()
	err := group.Wait()
	n.telemetry.close(n.log)
	return err
}

// run opens the backends, accepts requests, and runs the apps' background work until the
// context work ends. If starting ends before the backends are open, it returns.
func (n *node) run(starting, work context.Context) error {
	opening, cancel := context.WithCancel(work)
	defer cancel()
	defer context.AfterFunc(starting, cancel)()
	opened, err := awaitBackends(opening, n.cfg, n.on, n.telemetry, n.log)
	if err != nil {
		if opening.Err() != nil {
			return nil
		}
		return err
	}
	defer opened.close(n.log)
	ready := newHealth(func(ctx context.Context) error {
		if n.gate.draining.Load() {
			return errs.ErrServiceUnavailable.WithDetails("the server is stopping")
		}
		return opened.ready(ctx)
	})
	built, handler, err := n.assemble(n, opened, ready)
	if err != nil {
		return err
	}
	return runAll(work, built, func(ctx context.Context) error {
		if shared, ok := opened.database.(*postgres.Store); ok && opened.caches.needLeader(n.on) {
			return n.serveAsLeader(ctx, shared, opened.caches, handler)
		}
		n.acceptRequests(handler)
		return nil
	})
}

// assembleServer builds the apps that are on.
func assembleServer(n *node, opened backends, ready health) ([]apps.App, http.Handler, error) {
	built, err := build(n.on, n.cfg, opened, n.log)
	if err != nil {
		return nil, nil, err
	}
	handler := newHandler(n.cfg, built, ready, opened.telemetry, n.log)
	if store, ok := opened.database.(*sqlite.Store); ok {
		built = append(built, apps.App{Run: store.RunCheckpoints})
	}
	return append(built, monitorDatabase(opened, n.log)), handler, nil
}

// ready reports whether requests are accepted.
func (n *node) ready() bool { return n.gate.serving.Load() != nil && !n.gate.draining.Load() }

func (n *node) acceptRequests(handler http.Handler) {
	n.gate.open(handler)
	n.log.Info("ready")
}

// runAll runs serve and the background work of the apps until ctx ends or one fails.
func runAll(ctx context.Context, built []apps.App, serve func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx) })
	for _, app := range built {
		if app.Run != nil {
			group.Go(func() error { return app.Run(ctx) })
		}
	}
	<-ctx.Done()
	return group.Wait()
}

// drain serves requests for SHUTDOWN_DELAY, with Connection: close and /ping_db failing, so
// that a proxy chooses other servers before the listener is closed.
func (n *node) drain(failed context.Context) {
	n.gate.draining.Store(true)
	select {
	case <-time.After(n.cfg.Server.ShutdownDelay):
	case <-failed.Done():
	}
}

func (n *node) shutDown(httpServer *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := httpServer.Shutdown(ctx); err != nil {
		n.log.Warn("requests were aborted: they took too long", "error", err)
		_ = httpServer.Close() // its error is that the listener is closed already
	}
}
