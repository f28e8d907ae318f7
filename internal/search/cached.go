package search

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/messenger"
)

// CachedResults keeps results in a cache that all nodes share. What it loses is
// found again.
type CachedResults struct {
	cache cache.Cache
	keep  time.Duration
}

// NewCachedResults makes one that keeps results for so long after their last change.
func NewCachedResults(cache cache.Cache, keep time.Duration) *CachedResults {
	return &CachedResults{cache, keep}
}

// PutResults implements Results.
func (c *CachedResults) PutResults(
	ctx context.Context, task messenger.ID, attempt int, results []Result, keep time.Duration,
) error {
	return c.cache.Set(ctx, resultsKey(task, attempt), packResults(results), max(keep, c.keep))
}

// ResultsAfter implements Results.
func (c *CachedResults) ResultsAfter(
	ctx context.Context, task messenger.ID, attempt int, place SortKey, limit int,
) ([]Result, error) {
	results, err := c.after(ctx, task, attempt, place)
	return results[:min(limit, len(results))], err
}

// DeleteResults implements Results. Of two calls at once one may bring back what
// the other deleted; the task's confirmed place stands before it.
func (c *CachedResults) DeleteResults(ctx context.Context, task messenger.ID, attempt int, through SortKey) error {
	left, err := c.after(ctx, task, attempt, through)
	switch {
	case err != nil:
		return err
	case len(left) == 0:
		return c.cache.Delete(ctx, resultsKey(task, attempt))
	}
	return c.PutResults(ctx, task, attempt, left, c.keep)
}

func (c *CachedResults) after(ctx context.Context, task messenger.ID, attempt int, place SortKey) ([]Result, error) {
	packed, _, err := c.cache.Get(ctx, resultsKey(task, attempt))
	if err != nil {
		return nil, err
	}
	results := unpackResults(packed)
	first, there := slices.BinarySearchFunc(results, place, func(r Result, p SortKey) int { return r.SortKey.Compare(p) })
	if there {
		first++
	}
	return results[first:], nil
}

func resultsKey(task messenger.ID, attempt int) string {
	return "results:" + hex.EncodeToString(binary.BigEndian.AppendUint32(task[:], uint32(attempt)))
}

// packedBytes is the size of one result.
const packedBytes = sortKeyBytes + len(messenger.ID{}) + 8

func packResults(results []Result) []byte {
	packed := make([]byte, 0, len(results)*packedBytes)
	for _, result := range results {
		packed = appendSortKey(packed, result.SortKey)
		packed = append(packed, result.ChatID[:]...)
		packed = binary.BigEndian.AppendUint64(packed, uint64(result.Seq))
	}
	return packed
}

func unpackResults(packed []byte) []Result {
	results := make([]Result, len(packed)/packedBytes)
	for i := range results {
		one := packed[i*packedBytes:]
		results[i] = Result{
			SortKey: parseSortKey(one), ChatID: messenger.ID(one[sortKeyBytes : sortKeyBytes+16]),
			Seq: int64(binary.BigEndian.Uint64(one[sortKeyBytes+16:])),
		}
	}
	return results
}
