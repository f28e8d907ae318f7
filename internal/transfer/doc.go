// Package transfer carries everything that a database holds to another one, as
// JSON Lines: one object to a line, a first line with the format's version and
// the number of rows of each table, then the tables one after the other, each in
// the order of its key. So the same data gives the same bytes whatever database
// it comes from.
//
// The file has the hashes of passwords and of sessions in it: whoever reads it
// can try passwords, though not log in with what stands there.
package transfer
