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

// Bodies of up to uncountedBodyBytes are not counted against the budget. A longer one is
// counted until its request ends: bodyCost times its buffer, for the body itself and the
// values decoded from it. The buffer grows by bodyGrowth while the body arrives.
const (
	uncountedBodyBytes = 4 << 10
	bodyGrowth         = 2
	bodyCost           = 2
)

// bodyLimits are in bytes; the keys are a client's networks.
var bodyLimits = budget.Limits{Total: 48 << 20, PerKey: [3]int64{8 << 20, 16 << 20, 24 << 20}}

// errBodyBudget is the cause of a body that is refused because the budget is used up.
var errBodyBudget = errors.New("the memory budget for bodies is used up")

func bodyBudgetError() error {
	return errs.ErrServiceUnavailable.After(time.Second).WithDetails("too many long bodies arrive at once").WithCause(errBodyBudget)
}

// readBody reads the request's body into the buffer. Long bodies count against the budget,
// until Observe releases info.body.
func readBody(r *http.Request, info *Info, buffer *bytes.Buffer) error {
	if info == nil || info.bodies == nil || r.ContentLength >= 0 && r.ContentLength <= uncountedBodyBytes {
		_, err := buffer.ReadFrom(r.Body)
		return err
	}
	info.body = info.bodies.Lease(networksOf(info.Client)...)
	for {
		if buffer.Available() == 0 {
			more := max(uncountedBodyBytes, (bodyGrowth-1)*buffer.Cap())
			if r.ContentLength >= 0 { // one byte more, so that the last Read finds EOF
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

func newBodyBudget() *budget.Budget[netip.Prefix] { return budget.New[netip.Prefix](bodyLimits) }
