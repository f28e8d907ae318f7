package search

import (
	"context"
	"errors"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// ErrTooSlow is in the chain of an errs.Unavailable that FindInRanges, ReadUnindexed or ExtendIndex returns after the
// timeout of a database call: the database is up, and repeating the same call would take as long. Other calls of Index
// may return it, too.
var ErrTooSlow = errors.New("it took too long")

// Store is what searching needs of a database. Implementations are safe for
// concurrent use and store times with microseconds. If the database is unavailable,
// the error is of kind errs.Unavailable. storetest tests both implementations.
type Store interface {
	Tasks
	Results
	Index
}

// Tasks stores search tasks. now is always the caller's clock.
type Tasks interface {
	// CreateTask stores a task as WAITING, at its CreatedAt, either confirmed or to be
	// confirmed by ConfirmTask. If the account has openMost open
	// tasks (confirmed and not ended), the task is not stored, and the error is
	// errs.ErrTooManyTasks. That limit is exact if confirmed; else concurrent calls may exceed it,
	// since ConfirmTask checks again. Accounts don't wait for each other.
	CreateTask(ctx context.Context, task Task, confirmed bool, openMost int) error
	// ConfirmTask marks a task as confirmed. Errors: errs.ErrTooManyTasks, as with
	// CreateTask; errs.ErrTaskNotFound if it has been deleted.
	ConfirmTask(ctx context.Context, task messenger.ID, openMost int) error
	// DeleteTask deletes a task that was never confirmed, if it exists.
	DeleteTask(ctx context.Context, task messenger.ID) error
	// Task returns a confirmed task, or errs.ErrTaskNotFound.
	Task(ctx context.Context, task messenger.ID) (Task, error)

	// TakeTask makes a task IN_PROCESS until the lease ends, and counts an attempt and a try. It takes a
	// task that is WAITING, or whose lease has expired at now; confirmed or not. It reports
	// whether it did: a task that is unknown, ended, or leased to another is not taken. The
	// task is returned with its Checkpoint.
	TakeTask(ctx context.Context, task messenger.ID, now, leaseEnd time.Time) (Task, bool, error)
	// RenewTask extends the lease of the attempt, and reports whether the
	// attempt is still the valid one.
	RenewTask(ctx context.Context, task messenger.ID, attempt int, leaseEnd time.Time) (bool, error)
	// ReleaseTask returns the task of an attempt without progress to WAITING, if the attempt is still the valid one.
	// failed says that the attempt remains counted in Tries; one that ended because the database was unavailable does not.
	ReleaseTask(ctx context.Context, task messenger.ID, attempt int, failed bool) error
	// PauseTask returns the task of an attempt that made progress to WAITING, if the attempt is still the valid one, and
	// reports whether it did. The next attempt gets the checkpoint, and Tries is reset. done is the fraction of the work
	// that is done, 0 to 1; a stored one never decreases. The next publication is due at due.
	PauseTask(ctx context.Context, task messenger.ID, attempt int, checkpoint []byte, done float64, due time.Time) (bool, error)
	// SucceedTask ends the attempt as SUCCESS, if it is still the valid one, and reports
	// whether it did.
	SucceedTask(ctx context.Context, task messenger.ID, attempt int, outcome Outcome, now time.Time) (bool, error)
	// FailTask ends a task as FAILED unless it has ended.
	FailTask(ctx context.Context, task messenger.ID, now time.Time) error
	// AdvanceTask sets Confirmed to the key unless that sorts before it, and returns the resulting one.
	AdvanceTask(ctx context.Context, task messenger.ID, confirmed SortKey) (SortKey, error)

	// ClaimDueTasks claims up to limit confirmed tasks to be published again: those that are WAITING
	// and whose next publication is due at now, or that are IN_PROCESS with an expired lease.
	// A waiting task is first due pause after its CreatedAt; each claim
	// doubles the pause to the next, up to an hour. Tasks that lost their consumer return to WAITING. Two
	// callers never claim the same task for one publication.
	ClaimDueTasks(ctx context.Context, now time.Time, pause time.Duration, limit int) ([]messenger.ID, error)
	// RequeueTasks makes all confirmed tasks that have not ended due at once, whatever their leases: for a process that
	// is the only consumer.
	RequeueTasks(ctx context.Context, now time.Time) error
	// DeleteTasks deletes up to limit tasks with their results: those that ended before
	// endedBefore, and those that were never confirmed and were created before
	// unconfirmedBefore. It reports how many.
	DeleteTasks(ctx context.Context, endedBefore, unconfirmedBefore time.Time, limit int) (int, error)
	// PruneTasks deletes all but the newest keep of the account's tasks that have ended, with their results in
	// the database, and returns what it deleted: ID, AccountID and Attempt.
	PruneTasks(ctx context.Context, account messenger.ID, keep int) ([]Task, error)
	// CountTasks counts the confirmed tasks of each status.
	CountTasks(ctx context.Context) (map[Status]int, error)
	// OldestWaiting returns the CreatedAt of the oldest task that is WAITING for its first time slice, zero if there
	// is none.
	OldestWaiting(ctx context.Context) (time.Time, error)
}

// Results stores the results of tasks until the client confirms them: in the database or in
// Redis. Lost results are found again by repeating the search.
type Results interface {
	// PutResults stores an attempt's results, newest first, and replaces those it had before. They expire after keep
	// at the earliest, or with their task.
	PutResults(ctx context.Context, task messenger.ID, attempt int, results []Result, keep time.Duration) error
	// ResultsAfter reads up to limit results of an attempt that sort after the key, newest first.
	ResultsAfter(ctx context.Context, task messenger.ID, attempt int, key SortKey, limit int) ([]Result, error)
	// DeleteResults deletes an attempt's results up to and including the key.
	DeleteResults(ctx context.Context, task messenger.ID, attempt int, through SortKey) error
}

// Index is the full-text index of all chats. Each chat's log is indexed from its start
// up to a seq; no later message may be found.
type Index interface {
	// AccountIndexLag lists up to limit of the account's chats whose index lags behind their log; only one
	// chat if chat is not zero.
	AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]IndexLag, error)
	// RecentIndexLag lists up to limit lagging chats with a message created at from or later and before to, judged
	// by the time in its id. It costs what was created in that time, and misses messages of nodes whose clock is
	// late and of imports whose ids tell no time.
	RecentIndexLag(ctx context.Context, from, to time.Time, limit int) ([]IndexLag, error)
	// ScanIndexLag scans all chats in the order of their ids: it examines up to limit chats after
	// the given one and lists the lagging ones. last is the last chat examined; done says that there are no more.
	ScanIndexLag(ctx context.Context, chat messenger.ID, limit int) (lagging []IndexLag, last messenger.ID, done bool, err error)
	// ReadUnindexed reads the messages with Indexed < seq ≤ LastSeq of the chats of one index batch, in the order of
	// the chats and of seq. It stops once it has read maxBytes bytes of texts, but not before the first message, and
	// omits the chats that it did not reach. It sets a Message's ID, ChatID, Seq, UserID, Text and CreatedAt.
	// Errors: see ErrTooSlow.
	ReadUnindexed(ctx context.Context, lagging []IndexLag, maxBytes int) ([]Extension, error)
	// ExtendIndex adds the messages that ReadUnindexed read and advances the chats' indexed seq from Indexed to Through,
	// in one transaction, and reports for each chat whether it did: a chat that was advanced meanwhile is not changed.
	// A chat may appear only once. A crash of the database may lose both the entries and the advance, together.
	// Errors: see ErrTooSlow.
	ExtendIndex(ctx context.Context, extensions []Extension) (extended []bool, err error)
	// DeferIndexBuild prepares for indexing in bulk: if at least least messages are unindexed, and less than a tenth is
	// indexed, the structure that makes searches fast is dropped until BuildIndex builds it. It reports whether BuildIndex
	// is still to come, also for the process that starts after one that was killed. Searches work meanwhile, but slower.
	DeferIndexBuild(ctx context.Context, least int64) (deferred bool, err error)
	// FillBatchTime is how long the transaction of an index batch may take while the index is filled: longer than usual
	// unless sends wait for it.
	FillBatchTime() time.Duration
	// BuildIndex builds what DeferIndexBuild dropped, if anything, without a deadline. It does not block other
	// calls. It returns at once if another process is building.
	// Where the build has steps that keep other calls waiting, pause is called between them with the duration of the last.
	BuildIndex(ctx context.Context, pause func(took time.Duration)) error

	// LogRanges returns the indexed range of the log of each chat to search: the account's chats, restricted
	// to the request's ChatID and to chats with its UserName.
	LogRanges(ctx context.Context, account messenger.ID, request Request) ([]LogRange, error)
	// FindInRanges returns up to limit matching messages with From ≤ seq ≤ Through of the ranges, newest
	// first. It may stop before the end of a range, and returns the remainder of each. dense says that a
	// large share is likely to match: then messages are tested one by one if that is
	// faster; else ranges should consist of whole blocks (BlockMessages). What takes longer than the timeout is
	// ErrTooSlow.
	FindInRanges(
		ctx context.Context, criteria Criteria, ranges []LogRange, dense bool, limit int, timeout time.Duration,
	) ([]Result, []Remainder, error)
	// LoadHits loads the content of the results, in their order. It omits results whose message is deleted or in
	// a chat that the account has left. It returns at most limit hits, and stops after the hit with which the texts
	// reach maxBytes bytes.
	LoadHits(ctx context.Context, account messenger.ID, results []Result, limit, maxBytes int) ([]Hit, error)
}

// IndexLag says how far a chat's index lags behind its log.
type IndexLag struct {
	ChatID messenger.ID
	// Indexed is the seq up to which the chat is indexed, 0 for nothing; LastSeq the last seq of its log.
	Indexed, LastSeq int64
}

// Messages is an upper bound for the number of unindexed messages: other events have a seq, too.
func (l IndexLag) Messages() int64 { return l.LastSeq - l.Indexed }

// Extension is an addition to a chat's index.
type Extension struct {
	IndexLag

	// Through is the seq up to which Entries are complete: they have all messages after Indexed up to
	// Through.
	Through int64
	Entries []Entry
}

// Entry is a message to index. ReadUnindexed leaves its Document empty.
type Entry struct {
	Message  messenger.Message
	Document words.Document
}
