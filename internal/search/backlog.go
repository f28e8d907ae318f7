package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"messenger-api/internal/words"
)

// The size of an index batch, one transaction each. A send on SQLite waits for the transaction, so the size adapts
// to batchTargetTime; where nobody waits, a batch that fills the index may take longer (Index.FillBatchTime). A batch that
// times out is retried with 1/batchBackoff of its messages, down to one.
const (
	initialBatch    = 200
	maxBatch        = 5000
	maxBatchBytes   = 4 << 20
	batchBackoff    = 4
	batchTargetTime = 20 * time.Millisecond
)

// backlog is the messages that are left to index, and the size of the next batch.
type backlog struct {
	chats      []IndexLag
	batchSize  int64
	targetTime time.Duration
}

func newBacklog(chats []IndexLag) *backlog { return &backlog{chats, initialBatch, batchTargetTime} }

// messages counts the messages that are left.
func (b *backlog) messages() (left int64) {
	for _, chat := range b.chats {
		left += chat.Messages()
	}
	return left
}

// nextBatch returns the chats of the next batch; of the last one perhaps only a part.
func (b *backlog) nextBatch() (batch []IndexLag) {
	for left, i := b.batchSize, 0; left > 0 && i < len(b.chats); i++ {
		chat := b.chats[i]
		chat.LastSeq = min(chat.LastSeq, chat.Indexed+left)
		left -= chat.Messages()
		batch = append(batch, chat)
	}
	return batch
}

// indexNext indexes the next batch and removes it from the backlog. It skips a chat that another indexer has
// advanced meanwhile. A chat whose single message times out is dropped, and the error returned.
func (x *Indexer) indexNext(ctx context.Context, work *backlog) error {
	for {
		started := time.Now()
		err := x.indexBatch(ctx, work)
		switch took := time.Since(started); {
		case err == nil && took < work.targetTime/2:
			work.batchSize = min(2*work.batchSize, maxBatch)
		case err == nil && took > 2*work.targetTime:
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
	extensions, err := x.store.ReadUnindexed(ctx, work.nextBatch(), maxBatchBytes)
	if err != nil {
		return fmt.Errorf("read unindexed messages: %w", err)
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
	done := 0 // chats that are complete, all before the others
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
