package postgres

import (
	"time"

	"messenger-api/internal/messenger"
)

// idOrNull is NULL for no id.
func idOrNull(id messenger.ID) *messenger.ID {
	if id == (messenger.ID{}) {
		return nil
	}
	return &id
}

// timeOrNull is NULL for the zero time.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// timeOrZero is the zero time for NULL.
func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
