// Package e2e holds the end-to-end tests, which run whole servers: contract
// (each sentence of the HTTP contract, over both databases), faults (processes
// and databases that are killed, cut off or locked), multinode (two nodes over
// one PostgreSQL and one Redis), operator (the operator's commands beside
// running servers) and observability (metrics, dashboard, alerts and traces).
// The packages have tests alone; what they share is in testkit.
package e2e
