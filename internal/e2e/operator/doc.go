// Package operator has tests of what an operator does, with the real binary and
// beside servers under load: moving data between the databases, backing it up,
// looking after accounts and sessions.
package operator
