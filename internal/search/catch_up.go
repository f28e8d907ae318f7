package search

import (
	"context"
	"fmt"

	"messenger-api/internal/messenger"
)

// CatchUp indexes all that the logs of the account's chats have now; of one chat
// only, where chat is not zero. What comes meanwhile is left for later.
func (x *Indexer) CatchUp(ctx context.Context, account, chat messenger.ID) error {
	targets := map[messenger.ID]int64{}
	for first, again := true, true; again; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		behind, err := x.store.BehindOf(ctx, account, chat, behindMost)
		if err != nil {
			return fmt.Errorf("look for what is not indexed: %w", err)
		}
		again = len(behind) == behindMost
		for _, one := range behind {
			if (first || again) && targets[one.ChatID] == 0 {
				targets[one.ChatID] = one.LastSeq
			}
			done, err := x.extend(ctx, one, targets[one.ChatID])
			if err != nil {
				return err
			}
			again = again || !done
		}
	}
	return nil
}

// extend indexes a chat up to the target, and reports false where another indexer
// works on it at the same time: how far that has come is not known.
func (x *Indexer) extend(ctx context.Context, behind Behind, target int64) (bool, error) {
	work := stretch{behind, extendMessages}
	for work.Indexed < target {
		if extended, err := x.step(ctx, &work); err != nil || !extended {
			return false, err
		}
	}
	return true, nil
}
