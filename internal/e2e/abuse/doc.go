// Package abuse tests that one account or address can neither exhaust the server's memory nor make other
// clients wait, whatever it requests and however it disconnects. The server is mostly a process, whose
// memory can be measured.
package abuse
