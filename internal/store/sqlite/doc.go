// Package sqlite keeps the messenger's data in an embedded SQLite database in
// a directory of its own, with hand-written SQL, one file per table.
//
// One process serves from a directory, by a file lock. Within it one connection
// writes, its transactions one after the other, and several read beside it;
// every commit is on the disk before it is answered.
package sqlite
