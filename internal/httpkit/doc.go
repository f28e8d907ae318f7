// Package httpkit is what all apps share of HTTP: decoding and encoding JSON, error
// responses, the router with the access rule of each path, and the middleware around
// every request: request id, deadline, access log, panic recovery, limits of connections
// and of the memory for headers and bodies.
//
// An endpoint is a Handler: it decodes the request, makes one call and encodes the
// result. WriteError turns the error that it returns into a response in the contract's
// form.
//
// A request's context is canceled when its connection is reset and when its response
// can't be written, but not when the client has closed only its sending half.
package httpkit
