package budget

import "slices"

// enqueue lets a request wait behind its owner's others, and at once grants what it may
// have before the others that wait.
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

// grant serves those who wait while there is room. Of the owners whose own bounds allow
// it the one who holds least is next, and of those who hold the same the one who waits
// longest. Where the bound of all has no room for it nobody overtakes it.
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

// remove takes a request out of an owner's line. An owner who still waits goes to the
// end of the queue.
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

// cancel takes a request that waits no longer out of the queue. What it was granted in
// the same moment it gives back.
func (b *Budget[Key]) cancel(waiting *waiter[Key]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := b.ownerIndex(waiting.owner.keys[0]); at >= 0 {
		if index := slices.Index(b.queues[at].waiters, waiting); index >= 0 {
			b.remove(at, index)
			b.grant() // it may have kept others waiting
			return
		}
	}
	b.add(&waiting.owner, -waiting.units)
	b.grant()
}
