package sqlite

import (
	"context"

	"golang.org/x/sync/semaphore"

	"messenger-api/internal/messenger"
)

// endsMost is how many chats' ends are known at a time, at about 50 bytes each.
const endsMost = 16384

// knownEnds remembers where chats' logs end, as of the last commit: this process
// alone appends to them, one batch at a time, and what it committed is so. All of
// it is forgotten where a commit fails. Whoever uses it has acquired it.
type knownEnds struct {
	turn *semaphore.Weighted
	last map[messenger.ID]int64
}

func newKnownEnds() *knownEnds {
	return &knownEnds{turn: semaphore.NewWeighted(1), last: map[messenger.ID]int64{}}
}

// acquire waits for its turn until ctx ends.
func (k *knownEnds) acquire(ctx context.Context) error { return k.turn.Acquire(ctx, 1) }

func (k *knownEnds) release() { k.turn.Release(1) }

// of gives the number of the last event of a chat that is known to exist.
func (k *knownEnds) of(chat messenger.ID) (last int64, known bool) {
	last, known = k.last[chat]
	return last, known
}

// learn takes over the ends of the chats of a batch that was committed.
func (k *knownEnds) learn(chats map[messenger.ID]*chatEnd) {
	for id, chat := range chats {
		if !chat.exists {
			continue
		}
		if _, known := k.last[id]; !known && len(k.last) >= endsMost {
			k.forgetOne()
		}
		k.last[id] = chat.last
	}
}

// forgetOne makes room. Any will do: the next batch reads it again.
func (k *knownEnds) forgetOne() {
	for other := range k.last {
		delete(k.last, other)
		return
	}
}

func (k *knownEnds) forget() { clear(k.last) }
