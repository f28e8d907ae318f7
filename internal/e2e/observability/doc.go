// Package observability tests metrics, the dashboard and the alerts that use them, and traces, with complete
// servers and processes.
package observability
