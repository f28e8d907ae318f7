// Package faults has tests alone: servers and databases are killed, connections
// ended and chats locked while clients send, and afterwards every message that
// was acknowledged must be there once.
package faults
