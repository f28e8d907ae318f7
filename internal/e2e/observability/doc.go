// Package observability has the tests of what shows how the service does: metrics, the
// dashboard and alerts made of them, and traces, of whole servers and processes.
package observability
