package sqlite

import (
	"fmt"
	"time"
)

// blob reads a column of a fixed length, such as an id, into target.
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

// moment reads a column with a time into target; NULL is the zero time.
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
