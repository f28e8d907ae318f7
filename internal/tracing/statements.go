package tracing

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Postgres returns a tracer that makes a span for each statement or batch of statements in a
// sampled trace.
func (t *Traces) Postgres() pgx.QueryTracer {
	return &postgresTracer{t.tracer, trace.WithAttributes(attribute.String("db.system.name", "postgresql"))}
}

type postgresTracer struct {
	tracer trace.Tracer
	system trace.SpanStartEventOption
}

type statementKey struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (p *postgresTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return p.start(ctx, summary(data.SQL))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (p *postgresTracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	end(ctx, data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (p *postgresTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return p.start(ctx, "BATCH")
}

// TraceBatchQuery implements pgx.BatchTracer.
func (p *postgresTracer) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	if span, ok := ctx.Value(statementKey{}).(trace.Span); ok {
		span.AddEvent(summary(data.SQL))
	}
}

// TraceBatchEnd implements pgx.BatchTracer.
func (p *postgresTracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	end(ctx, data.Err)
}

func (p *postgresTracer) start(ctx context.Context, name string) context.Context {
	if !sampled(ctx) {
		return ctx
	}
	ctx, span := p.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), p.system)
	return context.WithValue(ctx, statementKey{}, span)
}

func end(ctx context.Context, err error) {
	if span, ok := ctx.Value(statementKey{}).(trace.Span); ok {
		if err != nil {
			fail(span)
		}
		span.End()
	}
}

// SQLite makes a span for a statement that has ended, if it is in a sampled trace.
func (t *Traces) SQLite(ctx context.Context, statement string, started time.Time, err error) {
	if !sampled(ctx) {
		return
	}
	_, span := t.tracer.Start(ctx, summary(statement), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(started),
		trace.WithAttributes(attribute.String("db.system.name", "sqlite")))
	if err != nil {
		fail(span)
	}
	span.End()
}

var (
	verbAtStart = regexp.MustCompile(`^\s*([A-Za-z]+)`)
	firstTable  = regexp.MustCompile(`(?i)\b(?:FROM|INTO|UPDATE)\s+([a-z_]+)`)
	// summaries caches the result of summary. It stays small: all statements are constants.
	summaries sync.Map
)

// summary is a span's name for a statement: its verb and first table, such as "UPDATE chats".
func summary(statement string) string {
	if known, ok := summaries.Load(statement); ok {
		return known.(string)
	}
	name := "SQL"
	if verb := verbAtStart.FindStringSubmatch(statement); verb != nil {
		name = strings.ToUpper(verb[1])
	}
	if table := firstTable.FindStringSubmatch(statement); table != nil {
		name += " " + table[1]
	}
	summaries.Store(statement, name)
	return name
}
