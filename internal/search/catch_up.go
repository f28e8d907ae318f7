package search

import (
	"context"
	"fmt"
	"time"

	"messenger-api/internal/messenger"
)

// CatchUp indexes all that the logs of the account's chats have now; of one chat
// only, where chat is not zero. What comes meanwhile is left for later.
func (x *Indexer) CatchUp(ctx context.Context, account, chat messenger.ID) error {
	for {
		_, left, err := x.catchUp(ctx, account, chat, x.clock().Add(time.Hour))
		if err != nil || left == 0 {
			return err
		}
	}
}

// catchUp indexes what the logs of the account's chats have now, of one chat only where chat is not zero,
// until the time is over, and tells how many messages there were to index, and how many are left.
func (x *Indexer) catchUp(
	ctx context.Context, account, chat messenger.ID, over time.Time,
) (before, left int64, err error) {
	targets := map[messenger.ID]int64{}
	for first, all := true, true; ; first = false {
		if err := ctx.Err(); err != nil {
			return before, 0, err
		}
		behind, err := x.store.AccountIndexLag(ctx, account, chat, maxLagging)
		if err != nil {
			return before, 0, fmt.Errorf("look for what is not indexed: %w", err)
		}
		if first {
			all = len(behind) < maxLagging
		}
		work := newBacklog(nil)
		for _, one := range behind {
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
			if x.clock().After(over) {
				return before, work.messages(), nil
			}
			if err := x.indexNext(ctx, work); err != nil {
				return before, work.messages(), err
			}
		}
		// Another indexer may have been at work on some of them: how far that has come is not known.
	}
}
