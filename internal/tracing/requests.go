package tracing

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"messenger-api/internal/httpkit"
)

// Requests is the middleware that makes a span for each request except health checks. It
// continues the trace of the client's traceparent (W3C Trace Context). It is used in place
// of otelhttp because the route is only known at the end of the request.
func (t *Traces) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := httpkit.InfoFrom(r.Context())
		if info.Access == httpkit.Exempt {
			next.ServeHTTP(w, r)
			return
		}
		ctx := t.propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
		if !span.IsRecording() {
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		info.TraceID = span.SpanContext().TraceID().String()
		// Not `defer span.End()`, which would record the message of a panic.
		defer func() { endRequest(span, r.Method, info) }()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func endRequest(span trace.Span, method string, info *httpkit.Info) {
	if info.Route != "" {
		span.SetName(method + " " + info.Route)
		span.SetAttributes(attribute.String("http.route", info.Route))
	}
	span.SetAttributes(
		attribute.String("http.request.method", method), attribute.Int("http.response.status_code", info.Status),
		attribute.String("messenger.request_id", info.ID))
	if info.Status == 0 || info.Status >= http.StatusInternalServerError {
		fail(span)
	}
	span.End()
}
