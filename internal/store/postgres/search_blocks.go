package postgres

import (
	"github.com/jackc/pgx/v5"

	"messenger-api/internal/search"
)

// messagesMost is how many messages are judged at once, where there is no index of words yet.
const maxMessages = 16384

// looks are blocks, or parts of one, as the arrays that unnest takes; parts has the place of each
// one's part in its list.
type blocks struct {
	ranges               []int32
	prefixes, authors    []string
	firsts, lasts, chats []int64
}

// looksAt cuts parts up into blocks, the newest first.
func blocksOf(parts []search.LogRange) (l blocks) {
	for i, part := range parts {
		for last := part.Through; last >= part.From; {
			first := max(last/search.BlockMessages*search.BlockMessages, part.From)
			l.add(i, part, first, last)
			last = first - 1
		}
	}
	return l
}

func (l *blocks) add(i int, part search.LogRange, first, last int64) {
	place := lexemePrefix(part.Number, last)
	l.ranges = append(l.ranges, int32(i))
	l.prefixes = append(l.prefixes, place)
	l.authors = append(l.authors, authorFilter(place, part.Author))
	l.firsts = append(l.firsts, first)
	l.lasts = append(l.lasts, last)
	l.chats = append(l.chats, part.Number)
}

// restsOf are what is left of the parts once all of them was looked at, but for what selectRests knows.
func remaindersOf(parts []search.LogRange) []search.Remainder {
	rests := make([]search.Remainder, len(parts))
	for i, part := range parts {
		rests[i] = search.Remainder{Through: part.From - 1, Newest: part.Newest}
	}
	return rests
}

// onlyMessages leaves so many messages to look at.
func firstMessages(all blocks, parts []search.LogRange, rests []search.Remainder, most int64) (blocks, []search.Remainder) {
	var few blocks
	for i, part := range parts {
		rests[i] = search.Remainder{Through: part.Through, Newest: part.Newest}
	}
	for at := 0; at < len(all.ranges) && most > 0; at++ {
		i := int(all.ranges[at])
		first := max(all.firsts[at], all.lasts[at]-most+1)
		few.add(i, parts[i], first, all.lasts[at])
		most -= all.lasts[at] - first + 1
		rests[i].Through = first - 1
	}
	return few, rests
}

// queueRests finds out what is left where something is: other events may fill the places before.
func (s *Store) queueRemainders(batch *pgx.Batch, parts []search.LogRange, rests []search.Remainder) {
	var asked []int32
	var chats, befores []int64
	for i, rest := range rests {
		if rest.Through > 0 {
			asked, chats, befores = append(asked, int32(i)), append(chats, parts[i].Number), append(befores, rest.Through+1)
			rests[i].Through = 0
		}
	}
	if asked == nil {
		return
	}
	batch.Queue(s.versioned(selectRemainders), asked, chats, befores).Query(func(rows pgx.Rows) error {
		var part int
		var rest search.Remainder
		_, err := pgx.ForEachRow(rows, []any{&part, &rest.Through, &rest.Newest}, func() error {
			rests[part] = rest
			return nil
		})
		return err
	})
}
