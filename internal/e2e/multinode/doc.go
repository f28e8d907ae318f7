// Package multinode tests that two nodes with one PostgreSQL and one Redis behave like one server. What
// readers get is compared with what was acknowledged before: normally, and while Redis is killed, restored,
// disconnected and slow.
package multinode
