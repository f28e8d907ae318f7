package queue

import "context"

// Propagator propagates trace context from the publisher of an id to its consumer, in the
// headers of the message. The zero value propagates nothing.
type Propagator struct {
	// InjectFunc returns headers with the trace context of ctx.
	InjectFunc func(ctx context.Context) map[string]string
	// ExtractFunc returns ctx with the trace context in the headers.
	ExtractFunc func(ctx context.Context, headers map[string]string) context.Context
}

// Inject returns the headers to send with a message, or nil.
func (p Propagator) Inject(ctx context.Context) map[string]string {
	if p.InjectFunc == nil {
		return nil
	}
	return p.InjectFunc(ctx)
}

// Extract returns the context for the handler of a message with these headers.
func (p Propagator) Extract(ctx context.Context, headers map[string]string) context.Context {
	if p.ExtractFunc == nil || len(headers) == 0 {
		return ctx
	}
	return p.ExtractFunc(ctx, headers)
}
