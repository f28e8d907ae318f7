// Package search finds messages. A search is a task in a queue, which a Consumer executes; its results are stored
// until the client has read them. An Indexer keeps the full-text index up to date, and a Sweeper republishes and
// deletes tasks.
//
// A task's state is in its row; the queue has only its id. With RabbitMQ the row is valid once the publication is
// confirmed, with the embedded queue at once. An account can have 20 open tasks, and its newest 50 ended ones are kept.
//
// A Consumer leases the row for 15 s, renews the lease, and counts attempts; only the valid attempt can succeed. After
// a second the task stores a checkpoint and goes to the end of the queue; the next attempt resumes there, also after a
// crash. After three failures the id is a dead letter and the task Failed; failures while the database is down or too
// slow do not count. The Sweeper publishes tasks again that wait too long or whose lease has expired.
package search

import (
	"bytes"
	"math"
	"time"

	"messenger-api/internal/messenger"
)

// Status is the state of a task.
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

// Ended reports whether the status is final.
func (s Status) Ended() bool { return s == Success || s == Failed }

// Request is a search by a user, in the chats that the user is in.
type Request struct {
	Text string
	// ChatID and UserName, unless empty, restrict it to one chat and to one author.
	ChatID   messenger.ID
	UserName string
	// After and Before bound the messages' created_at, After ≤ created_at < Before;
	// zero for no bound.
	After, Before time.Time
}

// Task is one search.
type Task struct {
	ID        messenger.ID
	AccountID messenger.ID
	Request   Request
	CreatedAt time.Time

	Status Status
	// Attempt is the number of the current or last attempt; results of other attempts
	// are ignored.
	Attempt int
	// Tries counts the attempts since the last progress.
	Tries int
	// Done is the fraction of the work that is done, 0 to 1.
	Done float64
	// Checkpoint is what the next attempt resumes from; only TakeTask returns it.
	Checkpoint []byte
	// EndedAt is when it succeeded or failed, zero before.
	EndedAt time.Time
	// Outcome is set once the task has succeeded.
	Outcome
	// Confirmed is the key of the last result that the client has confirmed: it and the results
	// before it are never returned again. BeforeAll if none is confirmed.
	Confirmed SortKey
}

// Outcome describes the results of a search.
type Outcome struct {
	// Newest and Oldest are the keys of the first and the last result, both zero if
	// there is none. They bound the repeated search if the stored results are lost.
	Newest, Oldest SortKey
	// More says that older messages match, too, but were left out for Options.MaxResults.
	More bool
}

// SortKey orders a task's results from the newest message to
// the oldest: first by CreatedAt, then by MessageID, both descending.
type SortKey struct {
	// CreatedAt is in microseconds since 1970.
	CreatedAt int64
	MessageID messenger.ID
}

// BeforeAll is the key that sorts before all results.
func BeforeAll() SortKey {
	key := SortKey{CreatedAt: math.MaxInt64}
	for i := range key.MessageID {
		key.MessageID[i] = math.MaxUint8
	}
	return key
}

// afterAll is the key that sorts after all results.
func afterAll() SortKey { return SortKey{CreatedAt: math.MinInt64} }

// Compare is negative if k sorts before other, which means that it is newer, and 0
// if they are equal.
func (k SortKey) Compare(other SortKey) int {
	switch {
	case k.CreatedAt > other.CreatedAt:
		return -1
	case k.CreatedAt < other.CreatedAt:
		return 1
	}
	return bytes.Compare(other.MessageID[:], k.MessageID[:])
}

// Result identifies a message that was found, without its content.
type Result struct {
	SortKey SortKey
	ChatID  messenger.ID
	Seq     int64
}

// Hit is a result with the content to show.
type Hit struct {
	Result

	ChatName string
	UserName string
	Text     string
}
