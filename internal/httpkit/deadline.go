package httpkit

import (
	"context"
	"net/http"
	"time"
)

const (
	// requestTimeout limits any request. The time that a slow body takes is not counted.
	requestTimeout = 8 * time.Second
	// slowBodyAfter is how long reading a body takes before it counts as slow.
	slowBodyAfter = time.Second
)

// withDeadline returns the request with its Info and its deadline. The caller calls
// info.cancel when the request is over.
func withDeadline(r *http.Request, info *Info) *http.Request {
	info.connection, info.began = beginRequest(r.Context()), time.Now()
	ctx, cancel := context.WithTimeout(info.connection, requestTimeout)
	info.cancel = cancel
	return r.WithContext(context.WithValue(ctx, infoKey{}, info))
}

// renewDeadline restarts the request's timeout if reading its body took long: a client
// with a slow connection would otherwise fail each time. The server limits the time for
// reading a body separately. It changes the context of r, so nothing may still use the old one.
func renewDeadline(r *http.Request, info *Info) {
	if time.Since(info.began) <= slowBodyAfter {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), requestTimeout)
	stop := context.AfterFunc(info.connection, cancel)
	first := info.cancel
	info.cancel = func() {
		stop()
		cancel()
		first()
	}
	*r = *r.WithContext(ctx)
}
