package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// echo logs statements as they run. Arguments are left out: they hold messages
// and the hashes of secrets.
type echo struct{ log *slog.Logger }

type echoKey struct{}

type echoStart struct {
	sql     string
	started time.Time
}

// TraceQueryStart implements pgx.QueryTracer.
func (e *echo) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, echoKey{}, echoStart{data.SQL, time.Now()})
}

// TraceQueryEnd implements pgx.QueryTracer.
func (e *echo) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if start, ok := ctx.Value(echoKey{}).(echoStart); ok {
		e.log.InfoContext(ctx, "sql", "statement", start.sql, "duration_ms", float64(time.Since(start.started).Microseconds())/1000, "failed", data.Err != nil)
	}
}

// TraceBatchStart implements pgx.BatchTracer.
func (e *echo) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (e *echo) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	e.log.InfoContext(ctx, "sql", "statement", data.SQL, "batch", true, "failed", data.Err != nil)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (e *echo) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
