package queue

import "context"

// Propagator passes trace context along with an id, from the publisher to the
// consumer. The zero value passes nothing. A message without it is handled all the same.
type Propagator struct {
	// InjectFunc returns the headers that describe the trace that ctx belongs to.
	InjectFunc func(ctx context.Context) map[string]string
	// ExtractFunc returns ctx with the trace that the headers describe.
	ExtractFunc func(ctx context.Context, headers map[string]string) context.Context
}

// Inject returns the headers to send with a message, nil for none.
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
