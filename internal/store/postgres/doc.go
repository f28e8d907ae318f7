// Package postgres implements messenger.Store and search.Store (search.Tasks, Results and
// Index) on PostgreSQL 15 or newer, with hand-written SQL, one file per table. Only events has
// several: events.go reads them, and append.go and its paths insert them. Every method is safe
// for concurrent use, by any number of nodes on one database.
//
// Events are appended under the locks of their chats' rows. A statement's snapshot is as old
// as its beginning: whatever is checked or numbered is read in a later statement than the one
// that locks. A batch of messages first takes the fast path (append_fast.go), on which an
// invalid message violates a constraint and rolls the batch back; then the validated path
// (append_validated.go), which checks each message. Chats are locked in the order of their
// ids, except for a rare plan on the fast path. After a deadlock, or a second without a lock,
// append_skip_locked.go stores what is for chats that are not locked.
package postgres
