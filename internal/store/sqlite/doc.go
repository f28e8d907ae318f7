// Package sqlite implements messenger.Store and search.Store (search.Tasks, Results and Index) on an
// embedded SQLite database in a data directory, with hand-written SQL, one file per table; the code
// that inserts events is in append.go and the files beside it.
//
// A file lock lets one process serve from a directory. In it one connection writes and several
// read concurrently; every commit is synced to the disk before it returns. There are no
// locks of chats: the database has one write lock. The chats' last seqs are cached across
// transactions, so whatever appends an event must use that cache (append_last_seq.go), or the next
// message gets the same seq.
package sqlite
