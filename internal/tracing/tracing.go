// Package tracing makes OpenTelemetry traces of requests, their SQL statements, and the
// messages of queues. Spans contain names, ids and durations; never texts, tokens, or
// arguments of SQL.
//
// Without a collector in the settings it is not used at all.
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

	"messenger-api/internal/outage"
)

// Traces makes spans and sends them in the background. It is safe for concurrent use.
type Traces struct {
	provider   *sdk.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

// Open makes a Traces that sends spans by OTLP over HTTP, as the environment's OTEL_*
// variables configure it. It does not connect; while the collector is down, spans are
// lost and nothing else. service is the service name if OTEL_SERVICE_NAME is not set.
func Open(ctx context.Context, service, version string, log *slog.Logger) (*Traces, error) {
	// The libraries' logger and error handler are global.
	otel.SetLogger(logr.New(logSink{log}))
	failing := &outage.Log{
		Logger: log, Remind: outage.Remind, Lost: "sending traces failed; they are lost until it succeeds",
		Still: "sending traces still fails", Found: "traces are sent again",
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(failing.Report))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("configure the export of traces: %w", err)
	}
	attributes, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", service), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, errors.Join(fmt.Errorf("make the resource attributes of traces: %w", err), exporter.Shutdown(ctx))
	}
	return newTraces(sdk.NewTracerProvider(sdk.WithBatcher(loggedExporter{exporter, failing}), sdk.WithResource(attributes))), nil
}

func newTraces(provider *sdk.TracerProvider) *Traces {
	return &Traces{provider, provider.Tracer("messenger-api"), propagation.TraceContext{}}
}

// Close sends the remaining spans, until ctx ends.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// sampled reports whether ctx is in a sampled trace. Background work is in none.
func sampled(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsSampled() }

// fail marks a span as failed, without the error, which may contain secrets.
func fail(span trace.Span) { span.SetStatus(codes.Error, "") }
