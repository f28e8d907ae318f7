package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// sqlLog logs each statement without its arguments, which hold messages and hashes of
// secrets.
type sqlLog struct{ log *slog.Logger }

type sqlLogKey struct{}

type sqlLogStart struct {
	sql     string
	started time.Time
}

// TraceQueryStart implements pgx.QueryTracer.
func (l *sqlLog) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, sqlLogKey{}, sqlLogStart{data.SQL, time.Now()})
}

// TraceQueryEnd implements pgx.QueryTracer.
func (l *sqlLog) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if start, ok := ctx.Value(sqlLogKey{}).(sqlLogStart); ok {
		l.log.InfoContext(ctx, "sql", "statement", start.sql, "duration_ms", float64(time.Since(start.started).Microseconds())/1000, "failed", data.Err != nil)
	}
}

// TraceBatchStart implements pgx.BatchTracer.
func (l *sqlLog) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (l *sqlLog) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	l.log.InfoContext(ctx, "sql", "statement", data.SQL, "batch", true, "failed", data.Err != nil)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (l *sqlLog) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
