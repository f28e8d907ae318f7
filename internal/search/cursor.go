package search

import (
	"encoding/base64"
	"encoding/binary"
	"math"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// cursorKind distinguishes the iterators of tasks from those of chats.
const cursorKind = 2

const cursorBytes = 1 + len(messenger.ID{}) + 8 + len(messenger.ID{})

var cursorEncoding = base64.RawURLEncoding.Strict()

// Cursor is a position in the results of one task.
type Cursor struct {
	TaskID  messenger.ID
	SortKey SortKey
}

// String encodes the cursor as an iterator, which is opaque to clients.
func (c Cursor) String() string {
	raw := make([]byte, 0, cursorBytes)
	raw = append(raw, cursorKind)
	raw = append(raw, c.TaskID[:]...)
	raw = appendSortKey(raw, c.SortKey)
	return cursorEncoding.EncodeToString(raw)
}

// ParseCursor reads an iterator of this task. Anything else is bad-cursor.
func ParseCursor(task messenger.ID, iterator string) (Cursor, error) {
	if len(iterator) != cursorEncoding.EncodedLen(cursorBytes) {
		return Cursor{}, errs.ErrBadCursor
	}
	// base64 skips line breaks, so the length is checked again.
	raw, err := cursorEncoding.DecodeString(iterator)
	if err != nil || len(raw) != cursorBytes || raw[0] != cursorKind || messenger.ID(raw[1:17]) != task {
		return Cursor{}, errs.ErrBadCursor
	}
	key := parseSortKey(raw[17:])
	if key.CreatedAt < 0 {
		return Cursor{}, errs.ErrBadCursor
	}
	return Cursor{task, key}, nil
}

const sortKeyBytes = 8 + len(messenger.ID{})

func appendSortKey(raw []byte, key SortKey) []byte {
	raw = binary.BigEndian.AppendUint64(raw, uint64(key.CreatedAt))
	return append(raw, key.MessageID[:]...)
}

func parseSortKey(raw []byte) SortKey {
	return SortKey{int64(binary.BigEndian.Uint64(raw)), messenger.ID(raw[8:sortKeyBytes])}
}

// predecessor is the greatest key that sorts before the given one.
func predecessor(key SortKey) SortKey {
	for i := len(key.MessageID) - 1; i >= 0; i-- {
		key.MessageID[i]++
		if key.MessageID[i] != 0 {
			return key
		}
	}
	if key.CreatedAt == math.MaxInt64 {
		return BeforeAll()
	}
	key.CreatedAt++
	return key
}
