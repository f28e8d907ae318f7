package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// How many chats are looked at at once.
const (
	maxLagging   = 10000
	scanPageSize = 1000
)

// The pace of the background work. It rests so much longer than it works: sends
// and reads come first, and a search brings its own chats up to date. What is new is
// there while others send; what a walk finds has waited for long.
const (
	indexEvery        = 2 * time.Second
	indexOverlap      = 2 * time.Second
	recentPauseFactor = 19
	scanEvery         = 10 * time.Minute
	scanPauseFactor   = 3
)

// fillFrom is how many messages have to be there, and hardly any indexed, for the index to be filled at
// full speed: after an import, or where searching was switched on later.
const fillFrom = 20_000

// errLeft is in the chain of an error of some chats that were left out, while all
// others were looked at.
var errSkipped = errors.New("chats were left out")

func completed(err error) bool { return err == nil || errors.Is(err, errSkipped) }

// Indexer brings the full-text index up to the logs' ends. Any number of them,
// on any number of nodes, do no harm to each other.
type Indexer struct {
	store Store
	log   *slog.Logger
	clock func() time.Time
	hooks Hooks
}

// NewIndexer makes an Indexer.
func NewIndexer(store Store, options Options, log *slog.Logger) *Indexer {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Indexer{store, log, options.Clock, options.Hooks}
}

// Run indexes in the background until ctx ends, so that searches find little left
// to do: at its start and now and then all chats, else those with new messages.
func (x *Indexer) Run(ctx context.Context) error {
	var walked time.Time
	failing := false
	since := x.clock()
	for ctx.Err() == nil {
		var err error
		// First of all, since an index in which there is hardly anything is filled at another speed.
		if time.Since(walked) >= scanEvery {
			if err = x.scan(ctx); completed(err) {
				walked = time.Now()
			}
		}
		if started := x.clock(); completed(err) {
			failure := x.indexRecent(ctx, since.Add(-indexOverlap))
			if completed(failure) {
				since = started
			}
			err = errors.Join(err, failure)
		}
		if err != nil && !failing && ctx.Err() == nil {
			x.log.WarnContext(ctx, "the search index was not extended; tried again and again", "error", err)
		}
		failing = err != nil
		pause(ctx, indexEvery)
	}
	return nil
}

// recent indexes the chats with messages since a time. Those that it misses, as
// one node's clock may be behind, a search or the next walk brings up to date.
func (x *Indexer) indexRecent(ctx context.Context, since time.Time) error {
	behind, err := x.store.RecentIndexLag(ctx, since, maxLagging)
	if err != nil {
		return fmt.Errorf("look for new messages: %w", err)
	}
	if tell := x.hooks.IndexLag; tell != nil {
		total := int64(0)
		for _, one := range behind {
			total += one.LastSeq - one.Indexed
		}
		tell(total)
	}
	return x.indexThrottled(ctx, behind, recentPauseFactor)
}

// walk looks at every chat. An index in which there is hardly anything is filled without a rest.
func (x *Indexer) scan(ctx context.Context) error {
	filling, err := x.store.DeferIndexBuild(ctx, fillFrom)
	if err != nil {
		return fmt.Errorf("prepare to fill the index: %w", err)
	}
	restFactor := time.Duration(scanPauseFactor)
	if filling {
		restFactor = 0
		x.log.InfoContext(ctx, "the search index is being filled")
	}
	left := x.scanChats(ctx, restFactor)
	if !completed(left) || ctx.Err() != nil {
		return left
	}
	if err := x.store.BuildIndex(ctx); err != nil {
		return fmt.Errorf("complete the index: %w", err)
	}
	if filling {
		x.log.InfoContext(ctx, "the search index is filled")
	}
	return left
}

func (x *Indexer) scanChats(ctx context.Context, restFactor time.Duration) error {
	var last messenger.ID
	var left error
	for done := false; !done && ctx.Err() == nil; {
		started := time.Now()
		var behind []IndexLag
		var err error
		behind, last, done, err = x.store.ScanIndexLag(ctx, last, scanPageSize)
		if err != nil {
			return fmt.Errorf("look for what is not indexed: %w", err)
		}
		switch err := x.indexThrottled(ctx, behind, restFactor); {
		case !completed(err):
			return err
		case left == nil:
			left = err
		}
		pause(ctx, restFactor*time.Since(started))
	}
	return left
}

// all indexes the chats, in no order, so that several indexers seldom meet, and rests so many
// times longer than it works. A chat that can't be indexed is left out, and the first such
// failure is an errLeft; a database that is down ends it.
func (x *Indexer) indexThrottled(ctx context.Context, chats []IndexLag, restFactor time.Duration) (left error) {
	rand.Shuffle(len(chats), func(i, j int) { chats[i], chats[j] = chats[j], chats[i] }) //nolint:gosec // no secret
	for work := newBacklog(chats); len(work.chats) > 0 && ctx.Err() == nil; {
		started := time.Now()
		err := x.indexNext(ctx, work)
		switch {
		case err != nil && errs.Is(err, errs.Unavailable) && !errors.Is(err, ErrTooSlow):
			return err
		case err != nil && !errors.Is(err, ErrTooSlow):
			work.chats = work.chats[1:]
		}
		if err != nil && left == nil {
			left = fmt.Errorf("%w: %w", errSkipped, err)
		}
		pause(ctx, restFactor*time.Since(started))
	}
	return left
}

// rest waits, or until ctx ends.
func pause(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
