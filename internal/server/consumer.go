package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"

	"messenger-api/internal/apps"
	searchapp "messenger-api/internal/apps/search"
	"messenger-api/internal/config"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
)

type consumerCommand struct{}

// Run implements the command consumer.
func (consumerCommand) Run(ctx context.Context, process Process) error {
	cfg, on, err := settings(process)
	if err != nil {
		return err
	}
	if reason := nothingToConsume(cfg, on); reason != "" {
		_, err := fmt.Fprintln(process.Stdout, "messenger-api consumer: nothing to do:", reason)
		return err
	}
	log := newLogger(cfg.Log, process)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.ConsumerAddress())
	if err != nil {
		return fmt.Errorf("listen on HOST and CONSUMER_PORT: %w", err)
	}
	cfg.Server.ShutdownDelay = 0 // there is no proxy in front of a consumer
	n := &node{cfg: cfg, on: onlySearch(on), log: log, assemble: assembleConsumer}
	n.telemetry, err = openTelemetry(ctx, cfg, on, process.Build, consumerRole, n.ready, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	n.gate = newGate(cfg, func(*errs.Error) *errs.Error { return errs.ErrNotFound }, log, n.telemetry.observers()...)
	printConsumerStartup(process, cfg, listener.Addr(), n.telemetry.address(), log)
	return n.serve(ctx, listener)
}

// nothingToConsume returns the reason why there is nothing to consume, empty if there is.
func nothingToConsume(cfg config.Config, on []entry) string {
	switch {
	case !slices.Contains(names(on), searchapp.Name):
		return "the app search is off"
	case !cfg.Queue.IsSet():
		return "neither RMQ_URL nor RMQ_HOST is set, so the queue is part of serve, which executes searches itself"
	case cfg.SearchesInServe():
		return "POSTGRES_HOSTS is not set, so the database is part of serve, which executes searches itself"
	}
	return ""
}

func onlySearch(on []entry) []entry {
	return slices.DeleteFunc(slices.Clone(on), func(e entry) bool { return e.name != searchapp.Name })
}

// assembleConsumer returns the background work of a consumer, and a handler that only serves
// the health checks.
func assembleConsumer(n *node, opened backends, ready health) ([]apps.App, http.Handler, error) {
	work := apps.App{Name: searchapp.Name, Run: newSearchParts(n.cfg, opened, n.log).consume}
	router := httpkit.NewRouter(n.cfg.BodyMaxBytes())
	ready.mount(router)
	for _, observer := range opened.telemetry.observers() {
		router.AddObserver(observer)
	}
	refuseOthers := refuseAll(func() *errs.Error { return errs.ErrNotFound })
	return []apps.App{work, monitorDatabase(opened, n.log)}, router.Serve(n.log, httpkit.TrustedProxies(n.cfg.Server.TrustedProxies), refuseOthers), nil
}

// printConsumerStartup prints, or logs, what the consumer is connected to.
func printConsumerStartup(process Process, cfg config.Config, address net.Addr, metrics string, log *slog.Logger) {
	results := "in the database"
	if cfg.Cache.Type == config.CacheRedis {
		results = "in Redis at " + cfg.Cache.URL.String()
	}
	if !logsText(cfg.Log, process.Stderr) {
		log.Info("consuming", "version", process.Build.String(), "address", address.String(),
			"database", describeDatabase(cfg.Database), "queue", describeQueue(cfg.Queue), "results", results, "parallel", cfg.Queue.Consumers,
			"metrics", metrics)
		return
	}
	_ = writeTable(process.Stdout, func(table io.Writer) {
		fmt.Fprintln(table, "messenger-api consumer", process.Build)
		fmt.Fprintf(table, "  queue\t%s, %d at once\n", describeQueue(cfg.Queue), cfg.Queue.Consumers)
		fmt.Fprintf(table, "  database\t%s\n", describeDatabase(cfg.Database))
		fmt.Fprintf(table, "  results\t%s\n", results)
		fmt.Fprintf(table, "  health\t%s (/ping and /ping_db)\n", address)
		describeMetrics(table, metrics)
		fmt.Fprintf(table, "  stop\tCtrl-C\n")
	})
}
