package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/httpkit"
	"messenger-api/internal/queue"
)

// searchQueue is the queue's name in traces.
const searchQueue = "search_tasks"

// middleware returns the middleware that traces requests.
func (s telemetry) middleware() []httpkit.Middleware {
	if s.traces == nil {
		return nil
	}
	return []httpkit.Middleware{s.traces.Requests}
}

func (s telemetry) postgresTracer() pgx.QueryTracer {
	if s.traces == nil {
		return nil
	}
	return s.traces.Postgres()
}

func (s telemetry) sqliteTracer() func(context.Context, string, time.Time, error) {
	if s.traces == nil {
		return nil
	}
	return s.traces.SQLite
}

func (s telemetry) propagator() queue.Propagator {
	if s.traces == nil {
		return queue.Propagator{}
	}
	return s.traces.Propagator()
}

func (s telemetry) traceQueue(opened queue.Queue, system string) queue.Queue {
	if s.traces == nil {
		return opened
	}
	return s.traces.Queue(opened, system, searchQueue)
}

// close sends the buffered traces.
func (s telemetry) close(log *slog.Logger) {
	if s.traces == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	if err := s.traces.Close(ctx); err != nil {
		log.Warn("sending the last traces failed", "error", err)
	}
}
