package budget

import "context"

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

// Move returns a lease with what this one holds, which then holds nothing.
func (l *Lease[Key]) Move() Lease[Key] {
	moved := *l
	l.held = 0
	return moved
}

// Release returns everything. It may be called again, and the lease used again.
func (l *Lease[Key]) Release() { l.Shrink(0) }
