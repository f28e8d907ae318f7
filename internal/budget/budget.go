// Package budget is a fair weighted semaphore: it shares a limited resource, such as bytes
// of memory, between owners. There is a limit for each owner and one for all together.
// Requests beyond a limit wait, and the owner that holds the least is served first.
package budget

import (
	"context"
	"errors"
	"sync"
)

// maxKeys is the largest number of keys of an owner.
const maxKeys = 3

const maxWaitingPerOwner = 64

// ErrFull is returned when too many requests of the owner already wait.
var ErrFull = errors.New("too many requests of this owner wait for the budget")

// Limits bound what is held at a time, in units of the caller's choice.
type Limits struct {
	// Total limits all owners together.
	Total int64
	// Reserve is granted beyond Total, only to owners that hold nothing: owners that hold
	// units for a long time don't shut out the others.
	Reserve int64
	// PerKey limits each key, by its index among the owner's keys: for example, PerKey[0] is
	// the limit per account and PerKey[1] the limit per network.
	PerKey [maxKeys]int64
}

// Budget is a semaphore that is fair between owners: the waiting requests of one owner
// don't delay those of another. It is safe for concurrent use.
type Budget[Key comparable] struct {
	limits Limits

	mu        sync.Mutex
	held      int64
	heldByKey [maxKeys]map[Key]int64 // by key index; keys that hold nothing are absent
	queues    []*ownerQueue[Key]     // of the owners that wait, the longest waiting first
}

// ownerQueue holds the waiting requests of one owner, the oldest first.
type ownerQueue[Key comparable] struct {
	first   Key
	waiters []*waiter[Key]
}

type waiter[Key comparable] struct {
	owner owner[Key]
	units int64
	ready chan struct{} // closed once the owner holds the units
}

// owner has the first count of keys.
type owner[Key comparable] struct {
	keys  [maxKeys]Key
	count int
}

// New makes a Budget.
func New[Key comparable](limits Limits) *Budget[Key] {
	b := &Budget[Key]{limits: limits}
	for level := range b.heldByKey {
		b.heldByKey[level] = map[Key]int64{}
	}
	return b
}

// Lease is what one request holds of a budget. Its zero value belongs to no budget, and only
// Release may be called on it. It is not safe for concurrent use, and must not be copied
// while it holds units.
type Lease[Key comparable] struct {
	budget *Budget[Key]
	owner  owner[Key]
	held   int64
}

// Lease makes a lease that holds nothing yet, for an owner with up to three keys. Owners are
// distinguished by their first key. Without a key only the limit of all applies.
func (b *Budget[Key]) Lease(keys ...Key) Lease[Key] {
	lease := Lease[Key]{budget: b}
	lease.owner.count = copy(lease.owner.keys[:], keys)
	return lease
}

// Acquire waits until the lease may hold the units, or until ctx ends, whose error it
// then returns. It first releases what the lease holds, so that leases that wait can't
// deadlock. A request above a limit is granted when nothing else counts against that limit.
func (l *Lease[Key]) Acquire(ctx context.Context, units int64) error {
	l.Release()
	b := l.budget
	b.mu.Lock()
	if len(b.queues) == 0 && b.fits(&l.owner, units) {
		b.add(&l.owner, units)
		b.mu.Unlock()
		l.held = units
		return nil
	}
	waiting, err := b.enqueue(l.owner, units)
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case <-waiting.ready:
		l.held = units
		return nil
	case <-ctx.Done():
		b.cancel(waiting)
		return ctx.Err()
	}
}

// Grow raises what the lease holds to units, without waiting, and reports whether there
// was room for it.
func (l *Lease[Key]) Grow(units int64) bool {
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	more := units - l.held
	if more <= 0 {
		return true
	}
	if len(b.queues) > 0 || !b.fits(&l.owner, more) {
		return false
	}
	b.add(&l.owner, more)
	l.held = units
	return true
}

// Shrink lowers what the lease holds to units.
func (l *Lease[Key]) Shrink(units int64) {
	if l.held <= units {
		return
	}
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add(&l.owner, units-l.held)
	l.held = units
	b.grant()
}

// Release returns everything. It may be called again, and the lease used again.
func (l *Lease[Key]) Release() { l.Shrink(0) }

// Usage returns how many units are held now, and how many requests wait.
func (b *Budget[Key]) Usage() (units int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, queue := range b.queues {
		waiting += len(queue.waiters)
	}
	return b.held, waiting
}

// fits reports whether the owner may hold more units in addition to what it holds.
func (b *Budget[Key]) fits(o *owner[Key], more int64) bool {
	return b.fitsKeys(o, more) && b.fitsTotal(o, more)
}

func (b *Budget[Key]) fitsTotal(o *owner[Key], more int64) bool {
	limit := b.limits.Total
	if b.heldByKey[0][o.keys[0]] == 0 {
		limit += b.limits.Reserve
	}
	return withinLimit(b.held, more, limit)
}

func (b *Budget[Key]) fitsKeys(o *owner[Key], more int64) bool {
	for level := range o.count {
		if !withinLimit(b.heldByKey[level][o.keys[level]], more, b.limits.PerKey[level]) {
			return false
		}
	}
	return true
}

// withinLimit lets a single request exceed the limit, so that it doesn't wait for ever.
func withinLimit(held, more, limit int64) bool { return held == 0 || held+more <= limit }

// add adds more, which may be negative, to what the owner holds.
func (b *Budget[Key]) add(o *owner[Key], more int64) {
	b.held += more
	for level := range o.count {
		key := o.keys[level]
		if left := b.heldByKey[level][key] + more; left > 0 {
			b.heldByKey[level][key] = left
		} else {
			delete(b.heldByKey[level], key)
		}
	}
}
