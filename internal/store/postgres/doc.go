// Package postgres keeps the messenger's data in PostgreSQL 15 or newer, with
// hand-written SQL, one file per table. Every function is safe for concurrent
// use by any number of nodes on one database.
package postgres
