package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"messenger-api/internal/words"
)

// How much is indexed in one transaction: little enough that a send on SQLite, which
// waits for it, waits not for long, so it is more where that goes quickly. What takes too long
// is tried again with so many times less, down to one message.
const (
	extendFirst = 200
	extendMost  = 2000
	extendBytes = 4 << 20
	extendLess  = 4
	extendTime  = 20 * time.Millisecond
)

// stretch is what is left to index, and how many messages at a time.
type stretch struct {
	chats []Behind
	most  int64
}

func newStretch(chats []Behind) *stretch { return &stretch{chats, extendFirst} }

// messages is how many are left.
func (s *stretch) messages() (left int64) {
	for _, chat := range s.chats {
		left += chat.Messages()
	}
	return left
}

// front are the chats that the next step indexes, the last one perhaps not to its end.
func (s *stretch) front() (front []Behind) {
	for left, i := s.most, 0; left > 0 && i < len(s.chats); i++ {
		chat := s.chats[i]
		chat.LastSeq = min(chat.LastSeq, chat.Indexed+left)
		left -= chat.Messages()
		front = append(front, chat)
	}
	return front
}

// step indexes a few of the messages at the front. A chat that another indexer works on at the
// same time is left to that one. A chat that can't be indexed is left out, with the error.
func (x *Indexer) step(ctx context.Context, work *stretch) error {
	for {
		started := time.Now()
		err := x.batch(ctx, work)
		switch took := time.Since(started); {
		case err == nil && took < extendTime/2:
			work.most = min(2*work.most, extendMost)
		case err == nil && took > 2*extendTime:
			work.most = max(work.most/2, extendFirst)
		case errors.Is(err, ErrTooSlow) && work.most > 1 && ctx.Err() == nil:
			work.most = max(work.most/extendLess, 1)
			continue
		case errors.Is(err, ErrTooSlow) && ctx.Err() == nil:
			work.chats, work.most = work.chats[1:], extendFirst
		}
		return err
	}
}

func (x *Indexer) batch(ctx context.Context, work *stretch) error {
	front := work.front()
	extensions, err := x.store.Unindexed(ctx, front, extendBytes)
	if err != nil {
		return fmt.Errorf("read what is not indexed: %w", err)
	}
	for _, extension := range extensions {
		for i := range extension.Entries {
			extension.Entries[i].Document = words.Analyse(extension.Entries[i].Message.Text)
		}
	}
	extended, err := x.store.Extend(ctx, extensions)
	if err != nil {
		return fmt.Errorf("extend the index: %w", err)
	}
	done := 0 // chats at the front that need no more
	for i, moved := range extended {
		chat := &work.chats[i]
		chat.Indexed = extensions[i].Through
		if !moved || chat.Indexed >= chat.LastSeq {
			done++
		}
	}
	work.chats = work.chats[done:]
	return nil
}
