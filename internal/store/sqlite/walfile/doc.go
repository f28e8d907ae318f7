// Package walfile has SQLite write its write-ahead log in few system calls.
//
// SQLite writes each page that a transaction changed into the log by itself, its
// header and its content in a call each: some forty calls for a batch of messages
// in as many chats, and together they take longer than the sync after them. Here
// the pieces are collected as they come and written when SQLite asks for the sync
// of its commit, mostly in one call.
//
// It is a VFS, SQLite's interface to the operating system
// (https://sqlite.org/vfs.html): the one that SQLite brings, but for the methods of
// a write-ahead log. Every method that looks at the file, and the sync, writes first
// what was collected, so SQLite finds the file as if each piece had been written at
// once. Others, who read the file through handles of their own, read in it what is
// committed; a connection that uses the VFS must therefore commit with
// synchronous=FULL, with which SQLite syncs the log before it shows anybody that
// there is more in it (https://sqlite.org/fileformat2.html#walindexformat).
package walfile
