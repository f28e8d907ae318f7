package search

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// How much is indexed in one transaction, little enough that a send on SQLite, which
// waits for it, waits not for long; and how many chats are looked at at once.
const (
	extendMessages = 200
	extendBytes    = 1 << 20
	behindMost     = 10000
	walkedAtOnce   = 1000
)

// The pace of the background work. restFactor is how much longer it rests than it
// works: sends and reads come first, and a search brings its own chats up to date.
const (
	indexEvery   = 2 * time.Second
	indexOverlap = 2 * time.Second
	walkEvery    = 10 * time.Minute
	restFactor   = 3
)

// Indexer brings the full-text index up to the logs' ends. Any number of them,
// on any number of nodes, do no harm to each other.
type Indexer struct {
	store Store
	log   *slog.Logger
	clock func() time.Time
	watch Watch
}

// NewIndexer makes an Indexer.
func NewIndexer(store Store, options Options, log *slog.Logger) *Indexer {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Indexer{store, log, options.Clock, options.Watch}
}

// CatchUp indexes all that the logs of the account's chats have now; of one chat
// only, where chat is not zero. What comes meanwhile is left for later.
func (x *Indexer) CatchUp(ctx context.Context, account, chat messenger.ID) error {
	targets := map[messenger.ID]int64{}
	for first, again := true, true; again; first = false {
		behind, err := x.store.BehindOf(ctx, account, behindMost)
		if err != nil {
			return fmt.Errorf("look for what is not indexed: %w", err)
		}
		again = len(behind) == behindMost
		for _, one := range behind {
			if (first || again) && (chat == messenger.ID{} || chat == one.ChatID) && targets[one.ChatID] == 0 {
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
	for behind.Indexed < target {
		through, ok, err := x.step(ctx, behind)
		if err != nil || !ok {
			return false, err
		}
		behind.Indexed = through
	}
	return true, nil
}

// step indexes one batch of a chat.
func (x *Indexer) step(ctx context.Context, behind Behind) (through int64, extended bool, err error) {
	messages, through, err := x.store.Unindexed(ctx, behind, extendMessages, extendBytes)
	if err != nil {
		return 0, false, fmt.Errorf("read what is not indexed: %w", err)
	}
	entries := make([]Entry, len(messages))
	for i := range messages {
		entries[i] = Entry{messages[i], words.Analyse(messages[i].Text)}
	}
	if extended, err = x.store.Extend(ctx, behind, through, entries); err != nil {
		return 0, false, fmt.Errorf("extend the index: %w", err)
	}
	return through, extended, nil
}

// Run indexes in the background until ctx ends, so that searches find little left
// to do: at its start and now and then all chats, else those with new messages.
func (x *Indexer) Run(ctx context.Context) error {
	var walked time.Time
	failing := false
	since := x.clock()
	for ctx.Err() == nil {
		started := x.clock()
		err := x.recent(ctx, since.Add(-indexOverlap))
		if err == nil {
			since = started
		}
		if err == nil && time.Since(walked) >= walkEvery {
			if err = x.walk(ctx); err == nil {
				walked = time.Now()
			}
		}
		if err != nil && !failing && ctx.Err() == nil {
			x.log.WarnContext(ctx, "the search index was not extended; tried again and again", "error", err)
		}
		failing = err != nil
		rest(ctx, indexEvery)
	}
	return nil
}

// recent indexes the chats with messages since a time. Those that it misses, as
// one node's clock may be behind, a search or the next walk brings up to date.
func (x *Indexer) recent(ctx context.Context, since time.Time) error {
	behind, err := x.store.BehindSince(ctx, since, behindMost)
	if err != nil {
		return fmt.Errorf("look for new messages: %w", err)
	}
	if tell := x.watch.Behind; tell != nil {
		total := int64(0)
		for _, one := range behind {
			total += one.LastSeq - one.Indexed
		}
		tell(total)
	}
	return x.all(ctx, behind)
}

// walk looks at every chat.
func (x *Indexer) walk(ctx context.Context) error {
	var last messenger.ID
	for done := false; !done && ctx.Err() == nil; {
		started := time.Now()
		var behind []Behind
		var err error
		behind, last, done, err = x.store.BehindAfter(ctx, last, walkedAtOnce)
		if err != nil {
			return fmt.Errorf("look for what is not indexed: %w", err)
		}
		if err := x.all(ctx, behind); err != nil {
			return err
		}
		rest(ctx, restFactor*time.Since(started))
	}
	return nil
}

// all indexes the chats, in no order, so that several indexers seldom meet, and at
// a gentle pace.
func (x *Indexer) all(ctx context.Context, chats []Behind) error {
	rand.Shuffle(len(chats), func(i, j int) { chats[i], chats[j] = chats[j], chats[i] }) //nolint:gosec // no secret
	for _, one := range chats {
		for one.Indexed < one.LastSeq && ctx.Err() == nil {
			started := time.Now()
			through, extended, err := x.step(ctx, one)
			if err != nil {
				return err
			}
			if !extended {
				break
			}
			one.Indexed = through
			rest(ctx, restFactor*time.Since(started))
		}
	}
	return nil
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
