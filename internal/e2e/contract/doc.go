// Package contract is the suite of the HTTP contract: all that a client relies on,
// shown on a whole server over each database. It has nothing but tests.
package contract
