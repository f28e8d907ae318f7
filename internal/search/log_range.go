package search

import (
	"math"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// BlockMessages is the length of a chat's blocks: those with the same seq / BlockMessages are
// one. An index may keep a word's messages by block.
const BlockMessages = 4096

// Part is a part of a chat's log that is to be searched.
type LogRange struct {
	ChatID messenger.ID
	// Number is the chat's in the index.
	Number int64
	// Author is whose messages are asked for; zero for everybody's.
	Author messenger.ID
	// From and Through are the first and the last seq to look at.
	From, Through int64
	// Newest bounds the created_at of all messages up to Through, in microseconds.
	Newest int64
}

// Rest is what is left of a chat's log below what was looked at.
type Remainder struct {
	// Through is its last seq, 0 where nothing is left.
	Through int64
	// Newest bounds the created_at of its messages, in microseconds.
	Newest int64
}

// Criteria are what a message must meet to be found.
type Criteria struct {
	// Query is not empty (Query.Empty).
	Query words.Query
	// Request narrows it down; its Text is not looked at.
	Request Request
	// From and To bound the places: the results come after From (exclusive) and not after To
	// (inclusive); BeforeAll and the zero Place for no bound.
	From, To SortKey
}

// Bounds joins the bounds of places and of times: a result comes after newest
// and not after oldest.
func (c Criteria) Bounds() (newest, oldest SortKey) {
	newest, oldest = c.From, c.To
	if oldest == (SortKey{}) {
		oldest = SortKey{CreatedAt: math.MinInt64}
	}
	if before := c.Request.Before; !before.IsZero() {
		// The last place, in the order of results, of what was made at the time or later.
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
