package httpkit

import (
	"context"
	"net/http"
	"time"
)

const (
	// requestTimeout is how long any request may take, from when its body has arrived.
	requestTimeout = 8 * time.Second
	// slowBodyAfter is what a body may take out of that.
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

// renewDeadline gives the request its whole time again where its body took long: the
// server limits reading a body by itself, and a client with a slow connection must not
// fail each time. It changes the context of r, so nothing may still use the old one.
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
