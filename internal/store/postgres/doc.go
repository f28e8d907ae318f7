// Package postgres implements messenger.Store and search.Store on PostgreSQL 15 or newer,
// with hand-written SQL, one file per table. Every method is safe for concurrent use, by any
// number of nodes on one database.
package postgres
