// Package tracing makes OpenTelemetry traces: of requests, of what they ask of the
// database, and of tasks on their way through the queue. Spans hold names, ids and
// durations; never a text, a token, or an argument of SQL.
//
// It is used only where traces are sent somewhere; else nothing of it runs.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Traces makes spans and sends them in the background. It is safe for concurrent use.
type Traces struct {
	provider   *sdk.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

// Open makes a Traces that sends to where the environment's OTEL_* variables say, by
// OTLP over HTTP. It connects to nobody yet: a collector that is down loses spans, and
// nothing else. service is what the process is called where they don't say.
func Open(ctx context.Context, service, version string, log *slog.Logger) (*Traces, error) {
	// The libraries have one logger and one error handler for the whole process.
	otel.SetLogger(logr.New(logSink{log}))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces were not sent", "error", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("configure the export of traces: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", service), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, errors.Join(fmt.Errorf("describe this process for traces: %w", err), exporter.Shutdown(ctx))
	}
	return newTraces(sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(described))), nil
}

func newTraces(provider *sdk.TracerProvider) *Traces {
	return &Traces{provider, provider.Tracer("messenger-api"), propagation.TraceContext{}}
}

// Close sends what is left, until ctx ends.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// sampled reports whether ctx is part of a trace that is sent. Background work is not:
// there is always some, and nobody looks for it.
func sampled(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsSampled() }

// fail marks a span. The error itself stays in the log: it may tell too much.
func fail(span trace.Span) { span.SetStatus(codes.Error, "") }
