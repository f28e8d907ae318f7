package tracing

import (
	"context"
	"encoding/hex"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"messenger-api/internal/queue"
)

// Propagator propagates trace context from the publisher of a message to its consumer.
func (t *Traces) Propagator() queue.Propagator {
	return queue.Propagator{
		InjectFunc: func(ctx context.Context) map[string]string {
			headers := propagation.MapCarrier{}
			t.propagator.Inject(ctx, headers)
			return headers
		},
		ExtractFunc: func(ctx context.Context, headers map[string]string) context.Context {
			return t.propagator.Extract(ctx, propagation.MapCarrier(headers))
		},
	}
}

// Queue wraps a queue, which must use t's Propagator, with spans for publishing and for
// handling messages.
func (t *Traces) Queue(inner queue.Queue, system, name string) queue.Queue {
	return &tracedQueue{inner, t.tracer, name, trace.WithAttributes(
		attribute.String("messaging.system", system), attribute.String("messaging.destination.name", name))}
}

type tracedQueue struct {
	queue.Queue

	tracer     trace.Tracer
	name       string
	attributes trace.SpanStartEventOption
}

// Publish implements queue.Queue.
func (q *tracedQueue) Publish(ctx context.Context, id queue.ID) error {
	if !sampled(ctx) {
		return q.Queue.Publish(ctx, id)
	}
	ctx, span := q.tracer.Start(ctx, "publish "+q.name, trace.WithSpanKind(trace.SpanKindProducer), q.attributes, messageID(id))
	err := q.Queue.Publish(ctx, id)
	if err != nil {
		fail(span)
	}
	span.End()
	return err
}

// Consume implements queue.Queue.
func (q *tracedQueue) Consume(ctx context.Context, parallel int, handler queue.Handler) error {
	work := handler.Handle
	handler.Handle = func(ctx context.Context, id queue.ID) (err error) {
		ctx, span := q.tracer.Start(ctx, "process "+q.name, trace.WithSpanKind(trace.SpanKindConsumer), q.attributes, messageID(id))
		panicked := true
		defer func() {
			if err != nil || panicked {
				fail(span)
			}
			span.End()
		}()
		err = work(ctx, id)
		panicked = false
		return err
	}
	return q.Queue.Consume(ctx, parallel, handler)
}

func messageID(id queue.ID) trace.SpanStartEventOption {
	return trace.WithAttributes(attribute.String("messaging.message.id", hex.EncodeToString(id[:])))
}
