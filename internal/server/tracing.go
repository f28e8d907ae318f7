package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/httpkit"
	"messenger-api/internal/queue"
)

// searchQueue is what traces call the queue.
const searchQueue = "search_tasks"

// around is what stands around all apps to trace them.
func (s seeing) around() []httpkit.Middleware {
	if s.traces == nil {
		return nil
	}
	return []httpkit.Middleware{s.traces.Requests}
}

func (s seeing) ofPostgres() pgx.QueryTracer {
	if s.traces == nil {
		return nil
	}
	return s.traces.Postgres()
}

func (s seeing) ofSQLite() func(context.Context, string, time.Time, error) {
	if s.traces == nil {
		return nil
	}
	return s.traces.SQLite
}

func (s seeing) carried() queue.Propagator {
	if s.traces == nil {
		return queue.Propagator{}
	}
	return s.traces.Propagator()
}

func (s seeing) ofQueue(opened queue.Queue, system string) queue.Queue {
	if s.traces == nil {
		return opened
	}
	return s.traces.Queue(opened, system, searchQueue)
}

// close sends the last traces.
func (s seeing) close(log *slog.Logger) {
	if s.traces == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	if err := s.traces.Close(ctx); err != nil {
		log.Warn("the last traces were not sent", "error", err)
	}
}
