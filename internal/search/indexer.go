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
	"messenger-api/internal/outage"
)

// How many chats one query lists.
const (
	maxLagging   = 10000
	scanPageSize = 1000
)

// The pace of the background work. It is throttled to a pause of pauseFactor times the work's time: sends and reads
// come first, and a search indexes its own chats. The recent messages are throttled more, since they
// are indexed while clients send.
const (
	indexEvery        = 2 * time.Second
	indexOverlap      = 2 * time.Second
	maxClockSkew      = time.Minute // of other nodes, ahead
	recentPauseFactor = 19
	scanEvery         = 10 * time.Minute
	scanPauseFactor   = 3
	fillPauseFactor   = 9
)

// fillFrom is from how many messages on an almost empty index is filled, which is throttled only while requests are
// served: after an import, with another version of the analyser, or where search was enabled later.
const fillFrom = 20_000

// errSkipped is in the chain of an error if some chats could not be indexed and all
// others were processed.
var errSkipped = errors.New("chats were skipped")

func completed(err error) bool { return err == nil || errors.Is(err, errSkipped) }

// Indexer adds new messages to the full-text index. Any number of indexers,
// on any number of nodes, can run at once.
type Indexer struct {
	store Store
	log   *slog.Logger
	clock func() time.Time
	hooks Hooks
	// requests is Options.Requests, and served what it returned last. Only Run uses them.
	requests func() int64
	served   int64
}

// NewIndexer makes an Indexer.
func NewIndexer(store Store, options Options, log *slog.Logger) *Indexer {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Indexer{store: store, log: log, clock: options.Clock, hooks: options.Hooks, requests: options.Requests}
}

// Run indexes in the background until ctx ends, so that searches have little left to
// index: every two seconds the chats with new messages, and at the start and every ten minutes all chats.
func (x *Indexer) Run(ctx context.Context) error {
	var scanned time.Time
	failing := outage.Log{
		Logger: x.log, Remind: outage.Remind, Lost: "the search index was not extended; retrying",
		Still: "the search index is still not extended", Found: "the search index is extended again",
	}
	since := x.clock()
	for ctx.Err() == nil {
		var err error
		// The scan comes first, since it fills an almost empty index in bulk.
		if time.Since(scanned) >= scanEvery {
			if err = x.scan(ctx); completed(err) {
				scanned = time.Now()
			}
		}
		if started := x.clock(); completed(err) {
			failure := x.indexRecent(ctx, since.Add(-indexOverlap))
			if completed(failure) {
				since = started
			}
			err = errors.Join(err, failure)
		}
		if err == nil {
			failing.End()
		} else if ctx.Err() == nil {
			failing.Report(err)
		}
		pause(ctx, indexEvery)
	}
	return nil
}

// indexRecent indexes the chats with messages since a time. Chats that it misses, since the clocks of nodes
// differ, are indexed by a search or by the next scan.
func (x *Indexer) indexRecent(ctx context.Context, since time.Time) error {
	lagging, err := x.store.RecentIndexLag(ctx, since, x.clock().Add(maxClockSkew), maxLagging)
	if err != nil {
		return fmt.Errorf("list chats with new messages: %w", err)
	}
	if hook := x.hooks.IndexLag; hook != nil {
		total := int64(0)
		for _, one := range lagging {
			total += one.LastSeq - one.Indexed
		}
		hook(total)
	}
	return x.indexThrottled(ctx, lagging, constantly(recentPauseFactor), batchTargetTime)
}

// factor returns for how many times the duration of a batch to pause after it.
type factor func() time.Duration

func constantly(pauseFactor time.Duration) factor {
	return func() time.Duration { return pauseFactor }
}

// fillFactor is the factor of a fill: fillPauseFactor if a request was served since the last call, else no pause.
func (x *Indexer) fillFactor() time.Duration {
	if x.requests == nil {
		return 0
	}
	before := x.served
	if x.served = x.requests(); x.served == before {
		return 0
	}
	return fillPauseFactor
}

// scan indexes all chats, or fills an almost empty index.
func (x *Indexer) scan(ctx context.Context) error {
	filling, err := x.store.DeferIndexBuild(ctx, fillFrom)
	if err != nil {
		return fmt.Errorf("prepare to fill the index: %w", err)
	}
	pauseFactor, batchTime := constantly(scanPauseFactor), batchTargetTime
	if filling {
		pauseFactor, batchTime = x.fillFactor, x.store.FillBatchTime()
		x.log.InfoContext(ctx, "the search index is being filled")
	}
	skipped := x.scanChats(ctx, pauseFactor, batchTime)
	if !completed(skipped) || ctx.Err() != nil {
		return skipped
	}
	err = x.store.BuildIndex(ctx, func(took time.Duration) { pause(ctx, pauseFactor()*took) })
	if err != nil {
		return fmt.Errorf("build the index: %w", err)
	}
	if filling {
		x.log.InfoContext(ctx, "the search index is filled")
	}
	return skipped
}

func (x *Indexer) scanChats(ctx context.Context, pauseFactor factor, batchTime time.Duration) error {
	var last messenger.ID
	var skipped error
	for done := false; !done && ctx.Err() == nil; {
		started := time.Now()
		var lagging []IndexLag
		var err error
		lagging, last, done, err = x.store.ScanIndexLag(ctx, last, scanPageSize)
		if err != nil {
			return fmt.Errorf("scan for unindexed messages: %w", err)
		}
		scanned := time.Since(started)
		switch err := x.indexThrottled(ctx, lagging, pauseFactor, batchTime); {
		case !completed(err):
			return err
		case skipped == nil:
			skipped = err
		}
		pause(ctx, pauseFactor()*scanned)
	}
	return skipped
}

// indexThrottled indexes the chats, in random order so that concurrent indexers rarely meet, and pauses after each
// batch, which is to take about batchTime. A chat that can't be indexed is skipped, and the first such
// error returned as an errSkipped; an unavailable database ends it.
func (x *Indexer) indexThrottled(
	ctx context.Context, chats []IndexLag, pauseFactor factor, batchTime time.Duration,
) (skipped error) {
	rand.Shuffle(len(chats), func(i, j int) { chats[i], chats[j] = chats[j], chats[i] }) //nolint:gosec // no secret
	work := newBacklog(chats)
	for work.targetTime = batchTime; len(work.chats) > 0 && ctx.Err() == nil; {
		started := time.Now()
		err := x.indexNext(ctx, work)
		switch {
		case err != nil && errs.Is(err, errs.Unavailable) && !errors.Is(err, ErrTooSlow):
			return err
		case err != nil && !errors.Is(err, ErrTooSlow):
			work.chats = work.chats[1:]
		}
		if err != nil && skipped == nil {
			skipped = fmt.Errorf("%w: %w", errSkipped, err)
		}
		pause(ctx, pauseFactor()*time.Since(started))
	}
	return skipped
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
