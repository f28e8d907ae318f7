// Package operator tests the operator's commands, with the binary and while servers are under load: export
// and import, backup and restore, and the management of accounts and sessions.
package operator
