package apps

import (
	"context"
	"errors"
	"time"

	"messenger-api/internal/budget"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/ratelimit"
)

// PageLoadBytes is what a page, or a chunk of one, counts against the budget while it is
// read and encoded. After that its length is counted until it is written.
const PageLoadBytes = 4 << 20

// ChunkBytes is how many bytes of message text a chunk of a long page has; its last text may
// exceed that. Encoded as JSON they may be six times as long.
const ChunkBytes = 128 << 10

// memoryLimits are in bytes; the keys are the account (the address where there is no
// session) and the address.
var memoryLimits = budget.Limits{Total: 32 << 20, Reserve: 16 << 20, PerKey: [3]int64{8 << 20, 12 << 20}}

// MemoryBudget limits the memory that pages take, in all, per account and per address.
// Requests of an account over its limit wait without delaying those of others. A client
// that does not read its responses uses up only its own limit.
type MemoryBudget struct{ budget *budget.Budget[ratelimit.Key] }

// NewMemoryBudget makes the budget that the apps of a server share.
func NewMemoryBudget() MemoryBudget { return MemoryBudget{budget.New[ratelimit.Key](memoryLimits)} }

// MemoryLease is what one request holds of the budget.
type MemoryLease struct{ lease budget.Lease[ratelimit.Key] }

// Lease makes the lease of a request, which holds nothing yet. The caller must release it.
func (m MemoryBudget) Lease(info *httpkit.Info) MemoryLease {
	if info.Caller.HasSession() {
		return MemoryLease{m.budget.Lease(CallerKey(info), ratelimit.AddressKey(info.Client))}
	}
	return MemoryLease{m.budget.Lease(CallerKey(info))}
}

// CallerKey is the key by which a caller is limited: its account, or without a session its
// address.
func CallerKey(info *httpkit.Info) ratelimit.Key {
	if info.Caller.HasSession() {
		return ratelimit.AccountKey(info.Caller.AccountID)
	}
	return ratelimit.AddressKey(info.Client)
}

// Acquire releases what is held and waits for the given number of bytes. Errors:
// service-unavailable, if they are not available before ctx ends.
func (h *MemoryLease) Acquire(ctx context.Context, bytes int) error {
	err := h.lease.Acquire(ctx, int64(bytes))
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return errs.ErrServiceUnavailable.WithDetails("too many pages are read at once").After(time.Second).WithCause(err)
}

// Grow raises what is held to the given number of bytes, without waiting, and reports whether
// there was room for it.
func (h *MemoryLease) Grow(bytes int) bool { return h.lease.Grow(int64(bytes)) }

// Shrink lowers what is held to the given number of bytes.
func (h *MemoryLease) Shrink(bytes int) { h.lease.Shrink(int64(bytes)) }

// Detach takes what is held from the request, for work that goes on without it. The caller
// must call release once that ends.
func (h *MemoryLease) Detach() (release func()) {
	moved := h.lease.Move()
	return func() { moved.Release() }
}

// Release returns everything. It may be called again.
func (h *MemoryLease) Release() { h.lease.Release() }
