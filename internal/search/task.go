// Package search finds messages: tasks that wait in a queue, what a consumer does
// with one, and results that wait for their reader.
package search

import (
	"bytes"
	"math"
	"time"

	"messenger-api/internal/messenger"
)

// Status is how far a task has come.
type Status uint8

// The states of a task. Nothing changes after Success or Failed.
const (
	Waiting Status = iota + 1
	InProcess
	Success
	Failed
)

// String is the status as the contract spells it.
func (s Status) String() string {
	switch s {
	case Waiting:
		return "WAITING"
	case InProcess:
		return "IN_PROCESS"
	case Success:
		return "SUCCESS"
	case Failed:
		return "FAILED"
	}
	return "UNKNOWN"
}

// Ended reports whether nothing more becomes of the task.
func (s Status) Ended() bool { return s == Success || s == Failed }

// Request is what a caller looks for, in the chats that the caller is in.
type Request struct {
	Text string
	// ChatID and UserName narrow it down to one chat and to one name, where they
	// are not empty.
	ChatID   messenger.ID
	UserName string
	// After and Before bound the messages' created_at, After ≤ created_at < Before;
	// zero for no bound.
	After, Before time.Time
}

// Task is one search on its way.
type Task struct {
	ID        messenger.ID
	AccountID messenger.ID
	Request   Request
	CreatedAt time.Time

	Status Status
	// Attempt numbers those who work on the task; results of another one than
	// this count for nothing.
	Attempt int
	// Tries counts the attempts since the task last came further.
	Tries int
	// Done is how far the task has come, 0 to 1.
	Done float64
	// Progress is what the next attempt goes on from; only TakeTask gives it.
	Checkpoint []byte
	// EndedAt is when it succeeded or failed, zero before.
	EndedAt time.Time
	// Outcome is of a task that succeeded.
	Outcome
	// Confirmed is the place of the last result that the caller has received:
	// what is there or before it is never shown again. BeforeAll when nothing is.
	Confirmed SortKey
}

// Outcome is what a search came to.
type Outcome struct {
	// Newest and Oldest are the places of the first and the last result, both zero where
	// there is none. They bound the same search when its results were lost and have to be found again.
	Newest, Oldest SortKey
	// More says that older messages match, too: the task keeps no more results. It looked back to Oldest then.
	More bool
}

// Place is a position in a task's results, which go from the newest message to
// the oldest: first by CreatedAt, then by MessageID.
type SortKey struct {
	// CreatedAt is in microseconds since 1970.
	CreatedAt int64
	MessageID messenger.ID
}

// BeforeAll is the place before all results.
func BeforeAll() SortKey {
	place := SortKey{CreatedAt: math.MaxInt64}
	for i := range place.MessageID {
		place.MessageID[i] = math.MaxUint8
	}
	return place
}

// atEnd is the place behind all results.
func afterAll() SortKey { return SortKey{CreatedAt: math.MinInt64} }

// Compare is negative where p comes before other, which means it is newer, and 0
// where they are the same.
func (p SortKey) Compare(other SortKey) int {
	switch {
	case p.CreatedAt > other.CreatedAt:
		return -1
	case p.CreatedAt < other.CreatedAt:
		return 1
	}
	return bytes.Compare(other.MessageID[:], p.MessageID[:])
}

// Result is a message that was found: where it is, not what it says.
type Result struct {
	SortKey SortKey
	ChatID  messenger.ID
	Seq     int64
}

// Found is a result with what there is to show of it.
type Hit struct {
	Result

	ChatName string
	UserName string
	Text     string
}
