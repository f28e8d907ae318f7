package logging

import (
	"context"
	"errors"
	"log/slog"
)

// handler flushes the buffer after warnings and errors: they must not be lost or delayed.
type handler struct {
	slog.Handler

	buffer *Buffer
}

// FlushOnWarning returns a handler that passes records to next, which must write to the
// buffer, and flushes the buffer after a warning or an error.
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
