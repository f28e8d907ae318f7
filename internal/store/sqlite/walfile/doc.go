// Package walfile has SQLite write its write-ahead log in few system calls.
//
// SQLite writes each page that a transaction changed into the log by itself, its
// header and its content in a call each: some forty calls for a batch of messages
// in as many chats, and together they take longer than the sync after them. Here
// the pieces are collected as they come and written when SQLite asks for the sync
// of its commit, mostly in one call.
//
// It is a VFS, SQLite's interface to the operating system
// (https://sqlite.org/vfs.html): the one that SQLite brings, but for some methods of
// a database and its log. Two things make it safe:
//
//   - What is collected is of the transaction under way, and it is given up with the
//     log's write lock. So nobody else can have written into the log meanwhile, and
//     nothing of a transaction that was rolled back comes into the file later.
//   - What a commit brings is written before it is synced, and SQLite syncs it before
//     it shows anybody that there is more in the log
//     (https://sqlite.org/fileformat2.html#walindexformat). A connection that uses the
//     VFS must therefore commit with synchronous=FULL, and must not use
//     locking_mode=EXCLUSIVE, with which it would keep the lock.
package walfile
