package search

import (
	"context"
	"errors"
	"fmt"

	"messenger-api/internal/words"
)

// How much is indexed in one transaction, little enough that a send on SQLite, which
// waits for it, waits not for long. What takes too long all the same is tried again
// with so many times less, down to one message.
const (
	extendMessages = 200
	extendBytes    = 1 << 20
	extendLess     = 4
)

// stretch is what is left to index of a chat, and how many messages at a time.
type stretch struct {
	Behind

	most int
}

// step indexes one batch of a chat and moves the stretch on behind it. It reports
// false where another indexer has moved the chat's position meanwhile.
func (x *Indexer) step(ctx context.Context, work *stretch) (bool, error) {
	for {
		extended, err := x.batch(ctx, work)
		if !errors.Is(err, ErrTooSlow) || work.most == 1 || ctx.Err() != nil {
			return extended, err
		}
		work.most = max(work.most/extendLess, 1)
	}
}

func (x *Indexer) batch(ctx context.Context, work *stretch) (bool, error) {
	messages, through, err := x.store.Unindexed(ctx, work.Behind, work.most, extendBytes/extendMessages*work.most)
	if err != nil {
		return false, fmt.Errorf("read what is not indexed: %w", err)
	}
	entries := make([]Entry, len(messages))
	for i := range messages {
		entries[i] = Entry{messages[i], words.Analyse(messages[i].Text)}
	}
	extended, err := x.store.Extend(ctx, work.Behind, through, entries)
	if err != nil {
		return false, fmt.Errorf("extend the index: %w", err)
	}
	if extended {
		work.Indexed = through
	}
	return extended, nil
}
