package httpkit

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"

	"messenger-api/internal/budget"
	"messenger-api/internal/errs"
)

// What bodies may hold while they arrive, and until their requests end. Short ones
// are not counted. A longer one counts by the memory that is made for it, which grows
// as it arrives, and as much again for what is decoded of it.
const (
	uncountedBodyBytes = 4 << 10
	bodyGrowth         = 2
	bodyCost           = 2
)

var bodyLimits = budget.Limits{Total: 48 << 20, PerKey: [3]int64{8 << 20, 16 << 20, 24 << 20}}

// errBodyBudget: there is no room for a body.
var errBodyBudget = errors.New("too many long bodies are held")

// bodyBudgetError refuses such a body. What is left of it is not waited for.
func bodyBudgetError() error {
	return errs.ErrServiceUnavailable.After(time.Second).WithDetails("too many long bodies arrive at once").WithCause(errBodyBudget)
}

// readBody reads the request's body into the buffer, and a long one within the budget
// of bodies.
func readBody(r *http.Request, info *Info, buffer *bytes.Buffer) error {
	if info == nil || info.bodies == nil || r.ContentLength >= 0 && r.ContentLength <= uncountedBodyBytes {
		_, err := buffer.ReadFrom(r.Body)
		return err
	}
	info.body = info.bodies.Lease(networksOf(info.Client)...)
	for {
		if buffer.Available() == 0 {
			more := max(uncountedBodyBytes, (bodyGrowth-1)*buffer.Cap())
			if r.ContentLength >= 0 { // and a byte to find the end with
				more = min(more, int(r.ContentLength)-buffer.Len()+1)
			}
			size := int64(buffer.Len() + more)
			if size > uncountedBodyBytes && !info.body.Grow(bodyCost*size) {
				return bodyBudgetError()
			}
			buffer.Grow(more)
		}
		free := buffer.AvailableBuffer()
		n, err := r.Body.Read(free[:cap(free)])
		buffer.Write(free[:n])
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// newBodyBudget makes the budget of bodies of a router.
func newBodyBudget() *budget.Budget[netip.Prefix] { return budget.New[netip.Prefix](bodyLimits) }
