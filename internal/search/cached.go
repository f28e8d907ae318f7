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

// CachedResults stores results in a cache that all nodes share. Results that the cache
// lost are found again.
type CachedResults struct {
	cache cache.Cache
	keep  time.Duration
}

// NewCachedResults makes one whose results expire keep after their last change.
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
	ctx context.Context, task messenger.ID, attempt int, key SortKey, limit int,
) ([]Result, error) {
	results, err := c.after(ctx, task, attempt, key)
	return results[:min(limit, len(results))], err
}

// DeleteResults implements Results. Of two concurrent calls one may restore what
// the other deleted; readers skip it, since the task's Confirmed key is after it.
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

func (c *CachedResults) after(ctx context.Context, task messenger.ID, attempt int, key SortKey) ([]Result, error) {
	packed, _, err := c.cache.Get(ctx, resultsKey(task, attempt))
	if err != nil {
		return nil, err
	}
	results := unpackResults(packed)
	first, found := slices.BinarySearchFunc(results, key, func(r Result, k SortKey) int { return r.SortKey.Compare(k) })
	if found {
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
