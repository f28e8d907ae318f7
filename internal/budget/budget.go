// Package budget is a fair weighted semaphore: it shares a limited resource, such as bytes
// of memory, between owners. There is a limit for each owner and one for all together.
// Requests beyond a limit wait, and the owner that holds the least is served first.
package budget

import (
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
