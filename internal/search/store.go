package search

import (
	"context"
	"errors"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// ErrTooSlow is in the chain of an errs.Unavailable of FindInRanges, ReadUnindexed and Extend whose
// work took longer than a database call may: nothing is down, and the same again takes as long.
var ErrTooSlow = errors.New("it took too long")

// Store is what searching needs of a database. Implementations are safe for
// concurrent use; times are kept to the microsecond. When the database can't
// answer, an error is of kind errs.Unavailable. storetest holds both to it.
type Store interface {
	Tasks
	Results
	Index
}

// Tasks are the searches on their way. now is the caller's clock throughout.
type Tasks interface {
	// CreateTask stores a task as WAITING, at its CreatedAt. confirmed says that it
	// counts from now on; else ConfirmTask does. Where the account has openMost open
	// tasks (confirmed and not ended), it is not stored, and the error is
	// errs.ErrTooManyTasks: for certain where confirmed, else as far as is known without waiting
	// for the account's other calls, since ConfirmTask judges again. Accounts don't wait for each other.
	CreateTask(ctx context.Context, task Task, confirmed bool, openMost int) error
	// ConfirmTask marks a task as confirmed. Errors: errs.ErrTooManyTasks, as with
	// CreateTask; errs.ErrTaskNotFound when it is gone.
	ConfirmTask(ctx context.Context, task messenger.ID, openMost int) error
	// DeleteTask deletes a task that was never confirmed, if it is still there.
	DeleteTask(ctx context.Context, task messenger.ID) error
	// Task finds a confirmed task, or returns errs.ErrTaskNotFound.
	Task(ctx context.Context, task messenger.ID) (Task, error)

	// TakeTask makes a task IN_PROCESS until the lease ends, and counts an attempt and a try. It takes a
	// task that waits, or whose lease is over at now; confirmed or not. It reports
	// whether it did: a task that is unknown, ended, or leased to another is not taken. The
	// task comes with its Progress.
	TakeTask(ctx context.Context, task messenger.ID, now, leaseEnd time.Time) (Task, bool, error)
	// RenewTask makes the lease of the attempt last longer, and reports whether the
	// attempt is still the valid one.
	RenewTask(ctx context.Context, task messenger.ID, attempt int, leaseEnd time.Time) (bool, error)
	// ReleaseTask lets an attempt that failed go back to WAITING, if it is still the valid one.
	ReleaseTask(ctx context.Context, task messenger.ID, attempt int) error
	// PauseTask lets an attempt that has come further go back to WAITING, if it is still the valid one, and
	// reports whether it did: the next attempt gets the progress, and its tries begin anew. done is how far the task has
	// come, 0 to 1; what was told before never goes back. The next publication is due at due.
	PauseTask(ctx context.Context, task messenger.ID, attempt int, progress []byte, done float64, due time.Time) (bool, error)
	// SucceedTask ends the attempt as SUCCESS, if it is still the valid one, and reports
	// whether it did.
	SucceedTask(ctx context.Context, task messenger.ID, attempt int, outcome Outcome, now time.Time) (bool, error)
	// FailTask ends a task as FAILED unless it has ended.
	FailTask(ctx context.Context, task messenger.ID, now time.Time) error
	// AdvanceTask moves Confirmed on to the place, never back, and returns where it is.
	AdvanceTask(ctx context.Context, task messenger.ID, confirmed SortKey) (SortKey, error)

	// ClaimDueTasks claims up to limit confirmed tasks to be published again: they wait
	// since their next publication was due at now, or are IN_PROCESS and their lease is over.
	// The first publication of a task that waits is due pause after its CreatedAt; with each claim
	// the pause to the next doubles, an hour at most. Tasks that lost their consumer go back to WAITING. Two
	// callers never claim the same task for one publication.
	ClaimDueTasks(ctx context.Context, now time.Time, pause time.Duration, limit int) ([]messenger.ID, error)
	// RequeueTasks makes all confirmed tasks that have not ended due at once, whatever their leases: for a process that
	// knows that nobody else works on them.
	RequeueTasks(ctx context.Context, now time.Time) error
	// DeleteTasks deletes some tasks with their results, up to limit: those that ended before
	// endedBefore, and those that were never confirmed and were created before
	// unconfirmedBefore. It reports how many.
	DeleteTasks(ctx context.Context, endedBefore, unconfirmedBefore time.Time, limit int) (int, error)
	// PruneTasks deletes all but the newest keep of the account's tasks that have ended, with their results in
	// the database, and returns what it deleted: ID, AccountID and Attempt.
	PruneTasks(ctx context.Context, account messenger.ID, keep int) ([]Task, error)
	// CountTasks counts the confirmed tasks of each status.
	CountTasks(ctx context.Context) (map[Status]int, error)
	// OldestWaiting tells since when the oldest of the tasks that wait for their first turn does so: its
	// CreatedAt, zero where none waits.
	OldestWaiting(ctx context.Context) (time.Time, error)
}

// Results keep what tasks found until it is received: in the database or in
// Redis. What they lost is found again by the same search.
type Results interface {
	// PutResults keeps an attempt's results, newest first. They are forgotten after keep at the earliest, or
	// with their task. What the attempt had before is replaced.
	PutResults(ctx context.Context, task messenger.ID, attempt int, results []Result, keep time.Duration) error
	// ResultsAfter reads up to limit results of an attempt that come after the place, newest first.
	ResultsAfter(ctx context.Context, task messenger.ID, attempt int, place SortKey, limit int) ([]Result, error)
	// DeleteResults deletes an attempt's results up to and with the place.
	DeleteResults(ctx context.Context, task messenger.ID, attempt int, through SortKey) error
}

// Index is the full text of all chats. Each chat's log is indexed from its start
// up to a position; nothing may be found of what comes after it.
type Index interface {
	// AccountIndexLag lists up to limit of the account's chats whose index ends before their log does; it looks at one
	// chat only, where chat is not zero.
	AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]IndexLag, error)
	// RecentIndexLag lists up to limit such chats with a message that was made at since
	// or later, as far as its id tells. It is quick, and misses what an unset clock made.
	RecentIndexLag(ctx context.Context, since time.Time, limit int) ([]IndexLag, error)
	// ScanIndexLag goes through all chats in the order of their ids: it looks at up to limit that come
	// after the chat and lists those that are behind, with the last chat that it looked at; done when there are no more.
	ScanIndexLag(ctx context.Context, chat messenger.ID, limit int) (behind []IndexLag, last messenger.ID, done bool, err error)
	// ReadUnindexed reads the messages with Indexed < seq ≤ LastSeq of the chats, which are to be no more than
	// a step's (see Behind.Messages), in their order and that of seq. It stops early once their texts have mostBytes
	// bytes together, but not before the first, and leaves out the chats that it did not come to. Of a Message it
	// gives ID, ChatID, Seq, UserID, Text and CreatedAt. Errors: see ErrTooSlow.
	ReadUnindexed(ctx context.Context, behind []IndexLag, mostBytes int) ([]Extension, error)
	// Extend adds what ReadUnindexed read and moves the chats' positions from Indexed to Through, in one
	// transaction, and reports for each whether it did: a chat whose position has moved meanwhile is left as it
	// is. No chat comes twice. What was added may be lost when the database crashes, its position with it. Errors: see ErrTooSlow.
	ExtendIndex(ctx context.Context, extensions []Extension) (extended []bool, err error)
	// Defer prepares for much to be indexed: where least messages are to be, and less than a tenth is, what makes the
	// index quick to search is left to Build, and so it is until Build has built it, which it reports. Searching goes on
	// meanwhile, slower.
	DeferIndexBuild(ctx context.Context, least int64) (deferred bool, err error)
	// Build builds what Defer left to it, if anything, and takes as long as it needs. Other
	// calls go on. It returns at once where another process builds.
	BuildIndex(ctx context.Context) error

	// Parts lists the chats that the account is in, as far as they are indexed and may have what the
	// request asks for: only its chat, only chats with its name.
	LogRanges(ctx context.Context, account messenger.ID, request Request) ([]LogRange, error)
	// FindInRanges looks for messages which match, in From ≤ seq ≤ Through of each part, and gives up to limit of them, the
	// newest first. It may stop before it is through with a part, and tells of each what is left. dense says that
	// much of what there is is likely to match: then the messages are judged one by one where that is
	// quicker; else a part is best made of whole blocks (BlockMessages). Errors: see ErrTooSlow.
	FindInRanges(ctx context.Context, criteria Criteria, parts []LogRange, dense bool, limit int) ([]Result, []Remainder, error)
	// Visible gives what there is to show of the results, in their order, without those whose message is gone or in
	// a chat that the account is not in (any more), and no more than the first most of them; it ends with the one
	// with which their texts have bytesMost bytes together.
	LoadHits(ctx context.Context, account messenger.ID, results []Result, most, bytesMost int) ([]Hit, error)
}

// Behind is a chat whose index ends before its log does.
type IndexLag struct {
	ChatID messenger.ID
	// Indexed is the seq up to which it is indexed, 0 for nothing; LastSeq the log's end.
	Indexed, LastSeq int64
}

// Messages is how many messages there are to index, at most: other events count as well.
func (b IndexLag) Messages() int64 { return b.LastSeq - b.Indexed }

// Extension is what is to be added to a chat's index.
type Extension struct {
	IndexLag

	// Through is the place up to which Entries reach: there is no other message between
	// Indexed and it.
	Through int64
	Entries []Entry
}

// Entry is a message as it is indexed. ReadUnindexed leaves its Document empty.
type Entry struct {
	Message  messenger.Message
	Document words.Document
}
