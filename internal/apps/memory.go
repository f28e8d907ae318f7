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

// LoadBytes is what a page, or a piece of one, counts while it is read and encoded; once
// it is encoded it counts by its length, until it is written.
const LoadBytes = 4 << 20

// PieceBytes is how many bytes of texts a piece of a long page has, or more by one text.
// JSON may make six times as much of them.
const PieceBytes = 128 << 10

// memoryLimits are for all, for an account (or an address without one), and for an address.
var memoryLimits = budget.Limits{All: 32 << 20, Reserve: 16 << 20, Each: [3]int64{8 << 20, 12 << 20}}

// Memory is what pages may hold: one account's loads wait for each other, not for those
// of others, and a client that does not read its answers has few of them made.
type Memory struct{ budget *budget.Budget[ratelimit.Key] }

// NewMemory makes the one that the apps of a server share.
func NewMemory() Memory { return Memory{budget.New[ratelimit.Key](memoryLimits)} }

// Held is what one request holds of it.
type Held struct{ lease budget.Lease[ratelimit.Key] }

// Of makes what a request holds: nothing yet. It has to be released.
func (m Memory) Of(info *httpkit.Info) Held {
	if info.Caller.HasSession() {
		return Held{m.budget.Lease(KeyOf(info), ratelimit.AddressKey(info.Client))}
	}
	return Held{m.budget.Lease(KeyOf(info))}
}

// KeyOf is what a caller counts by: the account of a session, else the address.
func KeyOf(info *httpkit.Info) ratelimit.Key {
	if info.Caller.HasSession() {
		return ratelimit.AccountKey(info.Caller.AccountID)
	}
	return ratelimit.AddressKey(info.Client)
}

// Acquire gives back what is held and waits for so many bytes. Errors:
// service-unavailable, where they are not to be had before ctx ends.
func (h *Held) Acquire(ctx context.Context, bytes int) error {
	err := h.lease.Acquire(ctx, int64(bytes))
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return errs.ErrServiceUnavailable.WithDetails("too many pages are read at once").After(time.Second).WithCause(err)
}

// Shrink gives back what is held beyond so many bytes.
func (h *Held) Shrink(bytes int) { h.lease.Shrink(int64(bytes)) }

// Release gives everything back.
func (h *Held) Release() { h.lease.Release() }
