package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	searchapp "messenger-api/internal/apps/search"
	"messenger-api/internal/config"
	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/queue/rabbitmq"
)

// backends are the database, the caches and the queue that the settings choose.
type backends struct {
	database database
	// stall records whether the database's commits hang.
	stall  *messenger.CommitStall
	caches caches
	// queue is nil if no app needs it. broker is the same without tracing.
	queue, broker queue.Queue
	telemetry     telemetry
}

// awaitBackends opens the backends that the apps need. It waits until the database is ready;
// caches and queues may be down.
func awaitBackends(ctx context.Context, cfg config.Config, on []entry, telemetry telemetry, log *slog.Logger) (backends, error) {
	opened, err := awaitDatabase(ctx, cfg, telemetry, log)
	if err != nil {
		return backends{}, err
	}
	return withDatabaseOpen(opened, cfg, on, telemetry, log)
}

// withDatabaseOpen opens the other backends. On an error the database is closed.
func withDatabaseOpen(opened database, cfg config.Config, on []entry, telemetry telemetry, log *slog.Logger) (backends, error) {
	caches, err := openCaches(cfg, log)
	if err != nil {
		return backends{}, errors.Join(err, opened.Close())
	}
	b := backends{database: opened, stall: &messenger.CommitStall{}, caches: caches, telemetry: telemetry}
	if slices.Contains(names(on), searchapp.Name) {
		b.queue, b.broker = openQueue(cfg.Queue, telemetry, log)
	}
	telemetry.observe(b, on)
	return b, nil
}

// openQueue opens the queue that the settings choose, and returns it with tracing and without.
// It does not wait for a connection: the broker may be unreachable.
func openQueue(settings config.Queue, telemetry telemetry, log *slog.Logger) (traced, opened queue.Queue) {
	if address := settings.Address(); address != nil {
		opened = rabbitmq.Open(rabbitmq.Options{
			URL: address.String(), Names: rabbitmq.SearchTasks(string(settings.Prefix)), Propagator: telemetry.propagator(), Log: log,
		})
		return telemetry.traceQueue(opened, "rabbitmq"), opened
	}
	opened = embedded.Open(embedded.Options{Propagator: telemetry.propagator(), Log: log})
	return telemetry.traceQueue(opened, "embedded"), opened
}

// describeQueue describes the queue without its password.
func describeQueue(settings config.Queue) string {
	if settings.IsSet() {
		return "RabbitMQ at " + settings.Redacted()
	}
	return "embedded"
}

func (b backends) close(log *slog.Logger) {
	if b.queue != nil {
		if err := b.queue.Close(); err != nil {
			log.Error("closing the queue failed", "error", err)
		}
	}
	b.caches.close(log)
	if err := b.database.Close(); err != nil {
		log.Error("closing the database failed", "error", err)
	}
}

// ready pings the database and, if commits have stalled, tries one.
func (b backends) ready(ctx context.Context) error {
	if err := b.database.Ping(ctx); err != nil || !b.stall.Stalled() {
		return err
	}
	if err := b.database.TryCommit(ctx); err != nil {
		return errs.ErrServiceUnavailable.After(time.Second).WithDetails("the database responds, but its commits hang").WithCause(err)
	}
	b.stall.RecordSuccess()
	return nil
}
