// Package e2e has the end-to-end tests, which run complete servers: abuse (clients that try to exhaust
// the server), contract (the HTTP contract, over both databases), faults (processes and databases that
// are killed, disconnected or locked), multinode (two nodes with one PostgreSQL and one Redis), operator
// (the operator's commands while servers run) and observability (metrics, dashboard, alerts and traces).
// They share testkit.
package e2e
