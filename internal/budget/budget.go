// Package budget shares what is scarce, such as bytes of memory, among those who ask
// for it: each has a bound, all together have one, and who holds least is served first.
package budget

import (
	"context"
	"errors"
	"sync"
)

// maxKeys is how many keys an owner may have.
const maxKeys = 3

// maxWaitingPerOwner is how many requests of one owner may wait.
const maxWaitingPerOwner = 64

// ErrFull says that too many requests of the owner wait already.
var ErrFull = errors.New("too many wait for their share of the budget")

// Limits bound what is held at a time, in units of the caller's choice.
type Limits struct {
	// Total is for everybody together.
	Total int64
	// Reserve is beyond All, for owners who hold nothing: so those who hold much, and
	// don't give it back, don't keep the others from everything.
	Reserve int64
	// PerKey is for one key, by the key's place among those of an owner, such as its
	// account first and its network then.
	PerKey [maxKeys]int64
}

// Budget is a semaphore that is fair between owners: whoever asks for much waits behind
// himself. It is safe for concurrent use.
type Budget[Key comparable] struct {
	limits Limits

	mu        sync.Mutex
	held      int64
	heldByKey [maxKeys]map[Key]int64 // what the keys of each level hold, if anything
	queues    []*ownerQueue[Key]     // of the owners that wait, in the order in which they began to
}

// ownerQueue is the requests of one owner that wait, the oldest first.
type ownerQueue[Key comparable] struct {
	first   Key
	waiters []*waiter[Key]
}

type waiter[Key comparable] struct {
	owner owner[Key]
	units int64
	ready chan struct{} // closed once the owner holds the units
}

// owner is the keys of one, of which there are so many.
type owner[Key comparable] struct {
	keys  [maxKeys]Key
	count int
}

// New makes a Budget that nobody holds anything of.
func New[Key comparable](limits Limits) *Budget[Key] {
	b := &Budget[Key]{limits: limits}
	for level := range b.heldByKey {
		b.heldByKey[level] = map[Key]int64{}
	}
	return b
}

// Lease is what one request holds of a budget. Its zero value holds nothing and belongs
// to no budget. It is not safe for concurrent use, and must not be copied once it holds
// something.
type Lease[Key comparable] struct {
	budget *Budget[Key]
	owner  owner[Key]
	held   int64
}

// Lease makes one that holds nothing yet, of an owner with up to three keys. Fairness is
// between owners with different first keys; without a key the bound of all is the only one.
func (b *Budget[Key]) Lease(keys ...Key) Lease[Key] {
	lease := Lease[Key]{budget: b}
	lease.owner.count = copy(lease.owner.keys[:], keys)
	return lease
}

// Acquire waits until the lease may hold the units, or until ctx ends, whose error it
// then returns. A lease that holds something must not wait for more: it gives that
// back first. One request always has room where its owner, and everybody, holds nothing.
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

// Grow makes the lease hold so many units in all if there is room at once, and reports
// whether there was.
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

// Shrink gives back what the lease holds beyond so many units.
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

// Release gives everything back. It may be called again, and the lease used again.
func (l *Lease[Key]) Release() { l.Shrink(0) }

// Usage returns how many units are held now, and how many requests wait.
func (b *Budget[Key]) Usage() (units int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.queues {
		waiting += len(one.waiters)
	}
	return b.held, waiting
}

// fits reports whether the owner may hold so many units more.
func (b *Budget[Key]) fits(o *owner[Key], more int64) bool {
	return b.fitsKeys(o, more) && b.fitsTotal(o, more)
}

// fitsTotal is about the bound of all.
func (b *Budget[Key]) fitsTotal(o *owner[Key], more int64) bool {
	limit := b.limits.Total
	if b.heldByKey[0][o.keys[0]] == 0 {
		limit += b.limits.Reserve
	}
	return room(b.held, more, limit)
}

// fitsKeys leaves out the bound of all.
func (b *Budget[Key]) fitsKeys(o *owner[Key], more int64) bool {
	for level := range o.count {
		if !room(b.heldByKey[level][o.keys[level]], more, b.limits.PerKey[level]) {
			return false
		}
	}
	return true
}

func room(held, more, limit int64) bool { return held == 0 || held+more <= limit }

// add changes what the owner holds.
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
