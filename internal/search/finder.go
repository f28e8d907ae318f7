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

// How much one step looks at. The unit is a message that is judged; asking the index for a
// block takes blockUnits. A step is to take about stepTime: what is quicker is followed by
// one of twice as much, what is slower by one of half as much.
const (
	unitsFirst = 1024
	unitsLeast = 64
	unitsMost  = 32768
	blockUnits = 8
	stepTime   = 50 * time.Millisecond
)

// Of each chat a little is looked at first, then reachTimes as much each time.
const (
	reachFirst = 32
	reachTimes = 4
)

// Where at least one of so many messages matched, the next ones are judged one by one.
const denseFrom = 16

// finding is a search on its way through the chats of an account, the newest messages first. It is
// complete once nothing that is left can be newer than its results. Not safe for concurrent use.
type finder struct {
	index    Index
	criteria Criteria
	// limit is how many results are kept. One more is looked for, to know whether there is one.
	limit int

	chats   []chatLeft
	results []Result
	// left are the rests of the chats that were looked at.
	remainders map[messenger.ID]Remainder
	// total is how many messages there were to look at.
	total int64
	units int
	dense bool
}

// chatLeft is what is left of a chat, and how many messages to look at next.
type chatLeft struct {
	LogRange

	reach int64
}

// Find reads up to limit messages in the chats that the account is in which match, newest first, and reports
// whether there are more. It finds what is indexed, in steps. Errors: see ErrTooSlow.
func Find(
	ctx context.Context, index Index, account messenger.ID, criteria Criteria, limit int,
) (results []Result, more bool, err error) {
	search, err := newFinder(ctx, index, account, criteria, limit)
	for err == nil && !search.complete() {
		err = search.step(ctx)
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

// sort puts the chats in order, and leaves out those that can't have a result any more.
func (f *finder) sort() {
	_, oldest := f.bounds()
	f.chats = slices.DeleteFunc(f.chats, func(c chatLeft) bool {
		return c.Through == 0 || c.Newest < oldest.CreatedAt
	})
	slices.SortFunc(f.chats, func(a, b chatLeft) int {
		return cmp.Or(cmp.Compare(b.Newest, a.Newest), cmp.Compare(a.Number, b.Number))
	})
}

// bounds are those of the results that are still of use.
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

// done is how much of all messages was looked at, 0 to 1.
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

// step looks at the newest part of what is left. What takes too long is tried again
// with less; an error comes with as little as there is.
func (f *finder) step(ctx context.Context) error {
	for {
		parts := f.next()
		started := time.Now()
		results, rests, err := f.index.FindInRanges(ctx, f.criteria, parts, f.dense, f.limit+1)
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

// slower makes the next step a smaller one. The least is a few messages of one chat, one by one.
func (f *finder) slower() {
	if f.units == unitsLeast {
		f.dense = true
		f.chats[0].reach = reachFirst
	}
	f.units = max(f.units/4, unitsLeast)
}

// next are the parts that the next step looks at, of the chats at the front.
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

// add takes in what a step found, and moves its chats on.
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
