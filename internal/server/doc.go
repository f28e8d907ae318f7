// Package server is the wiring and nothing else: the commands of messenger-api,
// which backends their settings choose, the ordered list of the apps that are
// on, and how a server starts and stops.
package server
