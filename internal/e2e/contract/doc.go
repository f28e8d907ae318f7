// Package contract tests the HTTP contract: all that clients rely on, with a complete server over
// each database.
package contract
