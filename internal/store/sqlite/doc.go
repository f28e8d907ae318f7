// Package sqlite implements messenger.Store and search.Store on an embedded SQLite database in a
// data directory, with hand-written SQL, one file per table.
//
// A file lock lets one process serve from a directory. In it one connection writes and several
// read concurrently; every commit is synced to the disk before it returns.
package sqlite
