package search

import (
	"context"
	"fmt"
	"time"

	"messenger-api/internal/messenger"
)

// CatchUp indexes the account's chats up to the current ends of their logs; only one chat
// if chat is not zero. Messages that arrive meanwhile are not waited for.
func (x *Indexer) CatchUp(ctx context.Context, account, chat messenger.ID) error {
	for {
		_, left, err := x.catchUp(ctx, account, chat, x.clock().Add(time.Hour))
		if err != nil || left == 0 {
			return err
		}
	}
}

// catchUp is CatchUp until the deadline, but for one batch at least, however long it took to list the chats. It returns
// how many messages were unindexed at first, and how many still are.
func (x *Indexer) catchUp(
	ctx context.Context, account, chat messenger.ID, deadline time.Time,
) (before, left int64, err error) {
	targets := map[messenger.ID]int64{}
	for first, all := true, true; ; first = false {
		if err := ctx.Err(); err != nil {
			return before, 0, err
		}
		lagging, err := x.store.AccountIndexLag(ctx, account, chat, maxLagging)
		if err != nil {
			return before, 0, fmt.Errorf("list chats with unindexed messages: %w", err)
		}
		if first {
			all = len(lagging) < maxLagging
		}
		work := newBacklog(nil)
		for _, one := range lagging {
			if (first || !all) && targets[one.ChatID] == 0 {
				targets[one.ChatID] = one.LastSeq
			}
			one.LastSeq = targets[one.ChatID]
			if one.Messages() > 0 {
				work.chats = append(work.chats, one)
			}
		}
		if len(work.chats) == 0 {
			return before, 0, nil
		}
		before = max(before, work.messages())
		for len(work.chats) > 0 {
			if err := x.indexNext(ctx, work); err != nil {
				return before, work.messages(), err
			}
			if len(work.chats) > 0 && x.clock().After(deadline) {
				return before, work.messages(), nil
			}
		}
		// Another indexer may have advanced some of these chats: read again how far they are indexed.
	}
}
