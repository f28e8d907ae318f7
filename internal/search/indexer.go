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
	behindMost   = 10000
	walkedAtOnce = 1000
)

// The pace of the background work. It rests so much longer than it works: sends
// and reads come first, and a search brings its own chats up to date. What is new is
// there while others send; what a walk finds has waited for long.
const (
	indexEvery   = 2 * time.Second
	indexOverlap = 2 * time.Second
	recentRest   = 19
	walkEvery    = 10 * time.Minute
	walkRest     = 3
)

// fillFrom is how many messages have to be there, and hardly any indexed, for the index to be filled at
// full speed: after an import, or where searching was switched on later.
const fillFrom = 20_000

// errLeft is in the chain of an error of some chats that were left out, while all
// others were looked at.
var errLeft = errors.New("chats were left out")

func wentThrough(err error) bool { return err == nil || errors.Is(err, errLeft) }

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

// Run indexes in the background until ctx ends, so that searches find little left
// to do: at its start and now and then all chats, else those with new messages.
func (x *Indexer) Run(ctx context.Context) error {
	var walked time.Time
	failing := false
	since := x.clock()
	for ctx.Err() == nil {
		var err error
		// First of all, since an index in which there is hardly anything is filled at another speed.
		if time.Since(walked) >= walkEvery {
			if err = x.walk(ctx); wentThrough(err) {
				walked = time.Now()
			}
		}
		if started := x.clock(); wentThrough(err) {
			failure := x.recent(ctx, since.Add(-indexOverlap))
			if wentThrough(failure) {
				since = started
			}
			err = errors.Join(err, failure)
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
	return x.all(ctx, behind, recentRest)
}

// walk looks at every chat. An index in which there is hardly anything is filled without a rest.
func (x *Indexer) walk(ctx context.Context) error {
	filling, err := x.store.Defer(ctx, fillFrom)
	if err != nil {
		return fmt.Errorf("prepare to fill the index: %w", err)
	}
	restFactor := time.Duration(walkRest)
	if filling {
		restFactor = 0
		x.log.InfoContext(ctx, "the search index is being filled")
	}
	left := x.everyChat(ctx, restFactor)
	if !wentThrough(left) || ctx.Err() != nil {
		return left
	}
	if err := x.store.Build(ctx); err != nil {
		return fmt.Errorf("complete the index: %w", err)
	}
	if filling {
		x.log.InfoContext(ctx, "the search index is filled")
	}
	return left
}

func (x *Indexer) everyChat(ctx context.Context, restFactor time.Duration) error {
	var last messenger.ID
	var left error
	for done := false; !done && ctx.Err() == nil; {
		started := time.Now()
		var behind []Behind
		var err error
		behind, last, done, err = x.store.BehindAfter(ctx, last, walkedAtOnce)
		if err != nil {
			return fmt.Errorf("look for what is not indexed: %w", err)
		}
		switch err := x.all(ctx, behind, restFactor); {
		case !wentThrough(err):
			return err
		case left == nil:
			left = err
		}
		rest(ctx, restFactor*time.Since(started))
	}
	return left
}

// all indexes the chats, in no order, so that several indexers seldom meet, and rests so many
// times longer than it works. A chat that can't be indexed is left out, and the first such
// failure is an errLeft; a database that is down ends it.
func (x *Indexer) all(ctx context.Context, chats []Behind, restFactor time.Duration) (left error) {
	rand.Shuffle(len(chats), func(i, j int) { chats[i], chats[j] = chats[j], chats[i] }) //nolint:gosec // no secret
	for work := newStretch(chats); len(work.chats) > 0 && ctx.Err() == nil; {
		started := time.Now()
		err := x.step(ctx, work)
		switch {
		case err != nil && errs.Is(err, errs.Unavailable) && !errors.Is(err, ErrTooSlow):
			return err
		case err != nil && !errors.Is(err, ErrTooSlow):
			work.chats = work.chats[1:]
		}
		if err != nil && left == nil {
			left = fmt.Errorf("%w: %w", errLeft, err)
		}
		rest(ctx, restFactor*time.Since(started))
	}
	return left
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
