package queue

import "context"

// Carried is what goes along with an id: what a publisher's context says of the trace
// that it is part of. The zero value carries nothing. Losing it loses no task.
type Carried struct {
	// Inject gives what is to be carried, by names that a header can have.
	Inject func(ctx context.Context) map[string]string
	// Extract gives a context that knows what was carried.
	Extract func(ctx context.Context, headers map[string]string) context.Context
}

// Of gives what to carry, nil for nothing.
func (c Carried) Of(ctx context.Context) map[string]string {
	if c.Inject == nil {
		return nil
	}
	return c.Inject(ctx)
}

// Into gives the context for the work on what came.
func (c Carried) Into(ctx context.Context, headers map[string]string) context.Context {
	if c.Extract == nil || len(headers) == 0 {
		return ctx
	}
	return c.Extract(ctx, headers)
}
