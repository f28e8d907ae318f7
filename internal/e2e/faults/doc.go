// Package faults tests outages: servers and databases are killed, connections ended and chats locked while
// clients send. Afterwards every acknowledged message must be stored once.
package faults
