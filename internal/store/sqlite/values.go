package sqlite

import (
	"fmt"
	"time"

	"messenger-api/internal/messenger"
)

// blob scans a column of the target's length, such as an id.
type blob struct{ target []byte }

// Scan implements sql.Scanner.
func (b blob) Scan(value any) error {
	bytes, ok := value.([]byte)
	if !ok || len(bytes) != len(b.target) {
		return fmt.Errorf("a column has a %T where %d bytes are expected", value, len(b.target))
	}
	copy(b.target, bytes)
	return nil
}

// blobOrNull is a blob whose target is unchanged where the column is NULL.
type blobOrNull struct{ target []byte }

// Scan implements sql.Scanner.
func (b blobOrNull) Scan(value any) error {
	if value == nil {
		return nil
	}
	return blob(b).Scan(value)
}

// moment scans a column with a time; NULL is the zero time.
type moment struct{ target *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*m.target = time.Time{}
	case int64:
		*m.target = time.UnixMicro(value).UTC()
	default:
		return fmt.Errorf("a column has a %T where a time is expected", value)
	}
	return nil
}

// idOrNull is NULL for no id.
func idOrNull(id messenger.ID) any {
	if id == (messenger.ID{}) {
		return nil
	}
	return id[:]
}

// timeOrNull is NULL for the zero time.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
