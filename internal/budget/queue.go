package budget

import "slices"

// enqueue appends a request to its owner's queue. It then grants what can be granted: the
// new request may be admissible although those of other owners are not.
func (b *Budget[Key]) enqueue(o owner[Key], units int64) (*waiter[Key], error) {
	at := b.ownerIndex(o.keys[0])
	if at < 0 {
		at = len(b.queues)
		b.queues = append(b.queues, &ownerQueue[Key]{first: o.keys[0]})
	}
	queue := b.queues[at]
	if len(queue.waiters) >= maxWaitingPerOwner {
		return nil, ErrFull
	}
	waiting := &waiter[Key]{o, units, make(chan struct{})}
	queue.waiters = append(queue.waiters, waiting)
	b.grant()
	return waiting, nil
}

func (b *Budget[Key]) ownerIndex(first Key) int {
	return slices.IndexFunc(b.queues, func(queue *ownerQueue[Key]) bool { return queue.first == first })
}

// grant serves waiting requests while there is room. The next one is that of the owner
// which holds the least, among those whose own limits have room, and of equals the one
// that has waited longest. If the total has no room for it, later ones wait too, so that a
// large request does not starve.
func (b *Budget[Key]) grant() {
	for {
		next := -1
		for at, queue := range b.queues {
			head := queue.waiters[0]
			if b.fitsKeys(&head.owner, head.units) && (next < 0 || b.heldByKey[0][queue.first] < b.heldByKey[0][b.queues[next].first]) {
				next = at
			}
		}
		if next < 0 {
			return
		}
		head := b.queues[next].waiters[0]
		if !b.fitsTotal(&head.owner, head.units) {
			return
		}
		b.add(&head.owner, head.units)
		b.remove(next, 0)
		close(head.ready)
	}
}

// remove removes a request from an owner's queue. If it was the first one, an owner with
// further requests goes to the end of b.queues.
func (b *Budget[Key]) remove(at, index int) {
	queue := b.queues[at]
	queue.waiters = slices.Delete(queue.waiters, index, index+1)
	if index > 0 {
		return
	}
	b.queues = slices.Delete(b.queues, at, at+1)
	if len(queue.waiters) > 0 {
		b.queues = append(b.queues, queue)
	}
}

// cancel removes a request from its queue, or returns its units if it was granted meanwhile.
func (b *Budget[Key]) cancel(waiting *waiter[Key]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := b.ownerIndex(waiting.owner.keys[0]); at >= 0 {
		if index := slices.Index(b.queues[at].waiters, waiting); index >= 0 {
			b.remove(at, index)
			b.grant() // others may have waited behind it
			return
		}
	}
	b.add(&waiting.owner, -waiting.units)
	b.grant()
}
