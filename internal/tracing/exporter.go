package tracing

import (
	"context"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"messenger-api/internal/outage"
)

// failuresQuiet is for how long nothing may fail until the collector counts as in use again: it
// may refuse a part of each batch, which is reported beside the success of the whole.
const failuresQuiet = time.Second

// loggedExporter logs the outages of the collector.
type loggedExporter struct {
	sdk.SpanExporter

	failing *outage.Log
}

// ExportSpans implements sdk.SpanExporter.
func (e loggedExporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if err != nil {
		e.failing.Report(err)
	} else {
		e.failing.EndAfter(failuresQuiet)
	}
	return err
}
