package postgres

import (
	"github.com/jackc/pgx/v5"

	"messenger-api/internal/search"
)

// maxMessages is how many messages one step matches while the GIN index does not exist yet.
const maxMessages = 16384

// blocks are index blocks, whole or in part, as arrays for unnest. ranges has for each the
// index of the search.LogRange that it is a part of.
type blocks struct {
	ranges               []int32
	prefixes, authors    []string
	firsts, lasts, chats []int64
}

// blocksOf splits ranges into blocks, the newest first.
func blocksOf(ranges []search.LogRange) (b blocks) {
	for i, one := range ranges {
		for last := one.Through; last >= one.From; {
			first := max(last/search.BlockMessages*search.BlockMessages, one.From)
			b.add(i, one, first, last)
			last = first - 1
		}
	}
	return b
}

func (b *blocks) add(i int, one search.LogRange, first, last int64) {
	prefix := lexemePrefix(one.Number, last)
	b.ranges = append(b.ranges, int32(i))
	b.prefixes = append(b.prefixes, prefix)
	b.authors = append(b.authors, authorFilter(prefix, one.Author))
	b.firsts = append(b.firsts, first)
	b.lasts = append(b.lasts, last)
	b.chats = append(b.chats, one.Number)
}

// remaindersOf returns what remains of the chats once the ranges are searched to their ends;
// queueRemainders corrects it.
func remaindersOf(ranges []search.LogRange) []search.Remainder {
	remainders := make([]search.Remainder, len(ranges))
	for i, one := range ranges {
		remainders[i] = search.Remainder{Through: one.From - 1, Newest: one.Newest}
	}
	return remainders
}

// firstMessages returns the first blocks, with at most limit messages, and the remainders
// after them.
func firstMessages(all blocks, ranges []search.LogRange, remainders []search.Remainder, limit int64) (blocks, []search.Remainder) {
	var selected blocks
	for i, one := range ranges {
		remainders[i] = search.Remainder{Through: one.Through, Newest: one.Newest}
	}
	for at := 0; at < len(all.ranges) && limit > 0; at++ {
		i := int(all.ranges[at])
		first := max(all.firsts[at], all.lasts[at]-limit+1)
		selected.add(i, ranges[i], first, all.lasts[at])
		limit -= all.lasts[at] - first + 1
		remainders[i].Through = first - 1
	}
	return selected, remainders
}

// queueRemainders moves each remainder back to the newest indexed message in it; the seqs
// after that are events of other kinds.
func (s *Store) queueRemainders(batch *pgx.Batch, ranges []search.LogRange, remainders []search.Remainder) {
	var indexes []int32
	var chats, befores []int64
	for i, remainder := range remainders {
		if remainder.Through > 0 {
			indexes, chats, befores = append(indexes, int32(i)), append(chats, ranges[i].Number), append(befores, remainder.Through+1)
			remainders[i].Through = 0
		}
	}
	if indexes == nil {
		return
	}
	batch.Queue(s.versioned(selectRemainders), indexes, chats, befores).Query(func(rows pgx.Rows) error {
		var index int
		var remainder search.Remainder
		_, err := pgx.ForEachRow(rows, []any{&index, &remainder.Through, &remainder.Newest}, func() error {
			remainders[index] = remainder
			return nil
		})
		return err
	})
}
