package search

import (
	"math"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// BlockMessages is the size of a block of a chat's log: messages with the same seq / BlockMessages are
// in one block. An index may list a word's messages per block.
const BlockMessages = 4096

// LogRange is a range of a chat's log that is to be searched.
type LogRange struct {
	ChatID messenger.ID
	// Number is the chat's number in the index.
	Number int64
	// Author restricts the search to one user's messages; zero for all.
	Author messenger.ID
	// From and Through are the first and the last seq of the range.
	From, Through int64
	// Newest is an upper bound of the created_at of all messages up to Through, in microseconds.
	Newest int64
}

// Remainder is the part of a chat's log that has not been searched: all below what was.
type Remainder struct {
	// Through is its last seq, 0 if nothing is left.
	Through int64
	// Newest is an upper bound of the created_at of its messages, in microseconds.
	Newest int64
}

// Criteria are the conditions that a message must meet to be found.
type Criteria struct {
	// Query is not empty (Query.Empty).
	Query words.Query
	// Request restricts the search; its Text is ignored.
	Request Request
	// From (exclusive) and To (inclusive) bound the results' sort keys; BeforeAll and the zero SortKey
	// for no bound.
	From, To SortKey
}

// Bounds combines the bounds of sort keys and of times: results sort after newest (exclusive)
// and up to oldest (inclusive).
func (c Criteria) Bounds() (newest, oldest SortKey) {
	newest, oldest = c.From, c.To
	if oldest == (SortKey{}) {
		oldest = SortKey{CreatedAt: math.MinInt64}
	}
	if before := c.Request.Before; !before.IsZero() {
		// The last key, in the order of results, of a message created at the time or later.
		if first := (SortKey{CreatedAt: before.UnixMicro()}); first.Compare(newest) > 0 {
			newest = first
		}
	}
	if after := c.Request.After; !after.IsZero() {
		if last := (SortKey{CreatedAt: after.UnixMicro()}); last.Compare(oldest) < 0 {
			oldest = last
		}
	}
	return newest, oldest
}
