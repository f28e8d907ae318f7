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
	initialBatch    = 200
	maxBatch        = 2000
	maxBatchBytes   = 4 << 20
	batchBackoff    = 4
	batchTargetTime = 20 * time.Millisecond
)

// stretch is what is left to index, and how many messages at a time.
type backlog struct {
	chats     []IndexLag
	batchSize int64
}

func newBacklog(chats []IndexLag) *backlog { return &backlog{chats, initialBatch} }

// messages is how many are left.
func (s *backlog) messages() (left int64) {
	for _, chat := range s.chats {
		left += chat.Messages()
	}
	return left
}

// front are the chats that the next step indexes, the last one perhaps not to its end.
func (s *backlog) nextBatch() (front []IndexLag) {
	for left, i := s.batchSize, 0; left > 0 && i < len(s.chats); i++ {
		chat := s.chats[i]
		chat.LastSeq = min(chat.LastSeq, chat.Indexed+left)
		left -= chat.Messages()
		front = append(front, chat)
	}
	return front
}

// step indexes a few of the messages at the front. A chat that another indexer works on at the
// same time is left to that one. A chat that can't be indexed is left out, with the error.
func (x *Indexer) indexNext(ctx context.Context, work *backlog) error {
	for {
		started := time.Now()
		err := x.indexBatch(ctx, work)
		switch took := time.Since(started); {
		case err == nil && took < batchTargetTime/2:
			work.batchSize = min(2*work.batchSize, maxBatch)
		case err == nil && took > 2*batchTargetTime:
			work.batchSize = max(work.batchSize/2, initialBatch)
		case errors.Is(err, ErrTooSlow) && work.batchSize > 1 && ctx.Err() == nil:
			work.batchSize = max(work.batchSize/batchBackoff, 1)
			continue
		case errors.Is(err, ErrTooSlow) && ctx.Err() == nil:
			work.chats, work.batchSize = work.chats[1:], initialBatch
		}
		return err
	}
}

func (x *Indexer) indexBatch(ctx context.Context, work *backlog) error {
	front := work.nextBatch()
	extensions, err := x.store.ReadUnindexed(ctx, front, maxBatchBytes)
	if err != nil {
		return fmt.Errorf("read what is not indexed: %w", err)
	}
	for _, extension := range extensions {
		for i := range extension.Entries {
			extension.Entries[i].Document = words.Analyse(extension.Entries[i].Message.Text)
		}
	}
	extended, err := x.store.ExtendIndex(ctx, extensions)
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
