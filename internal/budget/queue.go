package budget

import "slices"

// enqueue lets a request wait behind its owner's others, and at once grants what it may
// have before the others that wait.
func (b *Budget[Key]) enqueue(o owner[Key], units int64) (*waiter[Key], error) {
	at := b.lineOf(o.keys[0])
	if at < 0 {
		at = len(b.queue)
		b.queue = append(b.queue, &line[Key]{first: o.keys[0]})
	}
	own := b.queue[at]
	if len(own.waiters) >= waitingMost {
		return nil, ErrFull
	}
	waiting := &waiter[Key]{o, units, make(chan struct{})}
	own.waiters = append(own.waiters, waiting)
	b.grant()
	return waiting, nil
}

func (b *Budget[Key]) lineOf(first Key) int {
	return slices.IndexFunc(b.queue, func(one *line[Key]) bool { return one.first == first })
}

// grant serves those who wait while there is room. Of the owners whose own bounds allow
// it the one who holds least is next, and of those who hold the same the one who waits
// longest. Where the bound of all has no room for it nobody overtakes it.
func (b *Budget[Key]) grant() {
	for {
		next := -1
		for at, one := range b.queue {
			head := one.waiters[0]
			if b.fitsOwn(&head.owner, head.units) && (next < 0 || b.of[0][one.first] < b.of[0][b.queue[next].first]) {
				next = at
			}
		}
		if next < 0 {
			return
		}
		head := b.queue[next].waiters[0]
		if !b.fitsAll(&head.owner, head.units) {
			return
		}
		b.take(&head.owner, head.units)
		b.remove(next, 0)
		close(head.ready)
	}
}

// remove takes a request out of an owner's line. An owner who still waits goes to the
// end of the queue.
func (b *Budget[Key]) remove(at, place int) {
	own := b.queue[at]
	own.waiters = slices.Delete(own.waiters, place, place+1)
	if place > 0 {
		return
	}
	b.queue = slices.Delete(b.queue, at, at+1)
	if len(own.waiters) > 0 {
		b.queue = append(b.queue, own)
	}
}

// leave takes a request that waits no longer out of the queue. What it was granted in
// the same moment it gives back.
func (b *Budget[Key]) leave(waiting *waiter[Key]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := b.lineOf(waiting.owner.keys[0]); at >= 0 {
		if place := slices.Index(b.queue[at].waiters, waiting); place >= 0 {
			b.remove(at, place)
			b.grant() // it may have kept others waiting
			return
		}
	}
	b.take(&waiting.owner, -waiting.units)
	b.grant()
}
