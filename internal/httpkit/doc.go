// Package httpkit is the HTTP side that all apps share: JSON in and out, the
// statuses of errors, the router that knows who may come in, and what stands
// around every request: its id, deadline, log line and recovery.
//
// An endpoint is a Handler: it decodes, makes one call and encodes; an error
// that it returns becomes an answer in the contract's form in one place, here.
package httpkit
