package logging

import (
	"context"
	"errors"
	"log/slog"
)

// handler passes on at once what somebody should look at.
type handler struct {
	slog.Handler

	buffer *Buffer
}

// FlushOnWarning gives a handler like next, which writes to the buffer: after a warning
// or an error it flushes the buffer.
func (b *Buffer) FlushOnWarning(next slog.Handler) slog.Handler { return handler{next, b} }

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, record slog.Record) error {
	err := h.Handler.Handle(ctx, record)
	if record.Level >= slog.LevelWarn {
		err = errors.Join(err, h.buffer.Flush())
	}
	return err
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.buffer}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.buffer}
}
