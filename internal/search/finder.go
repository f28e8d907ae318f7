package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"messenger-api/internal/messenger"
)

// The size of a step. The unit is the cost of testing one message; asking the index for a block costs blockUnits. The
// size adapts to stepTime: it is doubled after a step that took less than half of that, and halved after one that took more.
const (
	unitsFirst = 1024
	unitsLeast = 64
	unitsMost  = 32768
	blockUnits = 8
	stepTime   = 50 * time.Millisecond
)

// The timeout of a step. One that exceeds it is retried as a smaller one; where even the smallest step exceeds it, the
// search goes on in a later time slice with twice the timeout, up to the longest.
const (
	stepTimeout        = time.Second
	longestStepTimeout = 30 * time.Second
)

// The first step searches the newest reachFirst messages of a chat, each further one reachTimes as many.
const (
	reachFirst = 32
	reachTimes = 4
)

// If at least one in denseFrom messages matched, the next ones are tested one by one.
const denseFrom = 16

// finder searches the chats of an account backwards in time, in steps. It is complete once no message that has not been
// searched can be newer than its results. Not safe for concurrent use.
type finder struct {
	index    Index
	criteria Criteria
	// limit is how many results are kept. One more is looked for, to know whether there is one.
	limit int

	chats   []chatLeft
	results []Result
	// remainders are those of the chats that were searched in part.
	remainders map[messenger.ID]Remainder
	// total is how many messages were to be searched at first.
	total int64
	units int
	dense bool
}

// chatLeft is the part of a chat that has not been searched, and how many of its messages the next step searches.
type chatLeft struct {
	LogRange

	reach int64
}

// Find returns the newest matching messages in the account's chats, up to limit, newest first, and reports whether there
// are more. It finds only what is indexed. Errors: see ErrTooSlow.
func Find(
	ctx context.Context, index Index, account messenger.ID, criteria Criteria, limit int,
) (results []Result, more bool, err error) {
	search, err := newFinder(ctx, index, account, criteria, limit)
	for err == nil && !search.complete() {
		err = search.step(ctx, stepTimeout)
	}
	if err != nil {
		return nil, false, err
	}
	results, more = search.found()
	return results, more, nil
}

func newFinder(
	ctx context.Context, index Index, account messenger.ID, criteria Criteria, limit int,
) (*finder, error) {
	f := &finder{index: index, criteria: criteria, limit: limit, units: unitsFirst, dense: true, remainders: map[messenger.ID]Remainder{}}
	parts, err := index.LogRanges(ctx, account, criteria.Request)
	if err != nil {
		return nil, fmt.Errorf("list the chats to search: %w", err)
	}
	for _, part := range parts {
		f.total += part.Through
		f.chats = append(f.chats, chatLeft{part, reachFirst})
	}
	f.sort()
	return f, nil
}

// sort orders the chats by their newest messages, and removes those that can't have a result.
func (f *finder) sort() {
	_, oldest := f.bounds()
	f.chats = slices.DeleteFunc(f.chats, func(c chatLeft) bool {
		return c.Through == 0 || c.Newest < oldest.CreatedAt
	})
	slices.SortFunc(f.chats, func(a, b chatLeft) int {
		return cmp.Or(cmp.Compare(b.Newest, a.Newest), cmp.Compare(a.Number, b.Number))
	})
}

// bounds are the bounds of sort keys between which a further result would be kept.
func (f *finder) bounds() (newest, oldest SortKey) {
	newest, oldest = f.criteria.Bounds()
	if len(f.results) > f.limit {
		if last := f.results[f.limit-1].SortKey; last.Compare(oldest) < 0 {
			oldest = last
		}
	}
	return newest, oldest
}

func (f *finder) complete() bool { return len(f.chats) == 0 }

func (f *finder) found() (results []Result, more bool) {
	return f.results[:min(f.limit, len(f.results))], len(f.results) > f.limit
}

// done is the fraction of all messages that was searched, 0 to 1.
func (f *finder) done() float64 {
	if f.complete() || f.total == 0 {
		return 1
	}
	left := int64(0)
	for i := range f.chats {
		left += f.chats[i].Through
	}
	return max(0, 1-float64(left)/float64(f.total))
}

// step searches the newest part of what is left. If it exceeds the timeout, it is retried as a smaller one; if the
// smallest exceeds it, the error is ErrTooSlow.
func (f *finder) step(ctx context.Context, timeout time.Duration) error {
	for {
		parts := f.next()
		started := time.Now()
		results, rests, err := f.index.FindInRanges(ctx, f.criteria, parts, f.dense, f.limit+1, timeout)
		switch took := time.Since(started); {
		case errors.Is(err, ErrTooSlow) && (f.units > unitsLeast || !f.dense) && ctx.Err() == nil:
			f.slower()
			continue
		case err != nil:
			return fmt.Errorf("find messages: %w", err)
		case took < stepTime/2:
			f.units = min(2*f.units, unitsMost)
		case took > stepTime:
			f.units = max(f.units/2, unitsLeast)
		}
		f.add(results, rests)
		f.sort()
		return nil
	}
}

// slower makes the next step a smaller one. The smallest tests a few messages one by one.
func (f *finder) slower() {
	if f.units == unitsLeast {
		f.dense = true
		f.chats[0].reach = reachFirst
	}
	f.units = max(f.units/4, unitsLeast)
}

// next returns the ranges of the next step: parts of the first chats.
func (f *finder) next() (parts []LogRange) {
	terms := 0
	for _, phrase := range slices.Concat(f.criteria.Query.All, f.criteria.Query.None) {
		terms += len(phrase)
	}
	for units, i := 0, 0; units < f.units && i < len(f.chats); i++ {
		chat := &f.chats[i]
		part := chat.LogRange
		block := part.Through / BlockMessages * BlockMessages
		if f.dense {
			part.From = max(part.Through-chat.reach, block-1, 0) + 1
			units += int(part.Through-part.From) + 1
		} else {
			most := max(int64((f.units-units)/(blockUnits*terms)), 1)
			blocks := min(chat.reach/BlockMessages, most-1)
			part.From = max(block-blocks*BlockMessages, 1)
			units += int(blocks+1) * blockUnits * terms
		}
		parts = append(parts, part)
	}
	return parts
}

// add keeps the results of a step, and removes what it searched from its chats.
func (f *finder) add(results []Result, rests []Remainder) {
	looked := int64(0)
	for i, rest := range rests {
		chat := &f.chats[i] // as next has them
		looked += chat.Through - rest.Through
		chat.Through, chat.Newest = rest.Through, min(chat.Newest, rest.Newest)
		f.remainders[chat.ChatID] = Remainder{chat.Through, chat.Newest}
		chat.reach = min(chat.reach*reachTimes, chat.Through)
	}
	f.dense = int64(len(results))*denseFrom >= looked || len(results) > f.limit
	f.results = append(f.results, results...)
	slices.SortFunc(f.results, func(a, b Result) int { return a.SortKey.Compare(b.SortKey) })
	f.results = slices.CompactFunc(f.results, func(a, b Result) bool { return a.SortKey == b.SortKey })
	f.results = f.results[:min(f.limit+1, len(f.results))]
}
