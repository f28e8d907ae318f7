package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// stepBudget is the time after which a step of a search begins no further chat.
const stepBudget = 75 * time.Millisecond

const (
	// An account may have several users in one chat. A CROSS JOIN fixes the join order. One chat is a range of
	// the index, too.
	selectLogRanges = `
		SELECT p.chat_id, p.chat_number, coalesce(author.user_id, zeroblob(16)), p.seq, p.newest_at
		FROM (SELECT DISTINCT chat_id FROM chat_users WHERE account_id = ?1 AND chat_id BETWEEN ifnull(?2, x'')
			AND ifnull(?2, x'ffffffffffffffffffffffffffffffffff')) mine
		CROSS JOIN search_positions p ON p.chat_id = mine.chat_id
		LEFT JOIN chat_users author ON ?3 <> '' AND author.chat_id = mine.chat_id AND author.user_name = ?3
		WHERE p.seq > 0 AND (?3 = '' OR author.user_id IS NOT NULL)`
	// FTS5 scans backwards, and starts at the upper bound of the rowid.
	selectCandidates = `
		SELECT rowid, created_at, newest_at, message_id FROM search_index
		WHERE search_index MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4`
	selectRemainder = `
		SELECT rowid, newest_at FROM search_index WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid DESC LIMIT 1`
	// The parameter is a resultsArray.
	selectHits = `
		SELECT h.key, c.chat_name, coalesce(u.user_name, ''), e.text
		FROM json_each(?1) h
		CROSS JOIN events e ON e.chat_id = unhex(h.value ->> 2) AND e.seq = h.value ->> 3
		CROSS JOIN chats c ON c.chat_id = e.chat_id
		LEFT JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
		WHERE e.kind = 1 AND e.message_id = unhex(h.value ->> 1)
			AND EXISTS (SELECT 1 FROM chat_users m WHERE m.account_id = ?2 AND m.chat_id = e.chat_id)
		ORDER BY h.key LIMIT ?3`
)

// LogRanges implements search.Index.
func (s *Store) LogRanges(
	ctx context.Context, account messenger.ID, request search.Request,
) (ranges []search.LogRange, err error) {
	callerCtx := ctx
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.searching().QueryContext(ctx, s.versioned(selectLogRanges), account[:], idOrNull(request.ChatID), request.UserName)
	if err != nil {
		return nil, slow(callerCtx, s.failure(err))
	}
	defer rows.Close()
	for rows.Next() {
		logRange := search.LogRange{From: 1}
		err := rows.Scan(blob{logRange.ChatID[:]}, &logRange.Number, blob{logRange.Author[:]}, &logRange.Through, &logRange.Newest)
		if err != nil {
			return nil, s.failure(err)
		}
		ranges = append(ranges, logRange)
	}
	if err := rows.Err(); err != nil {
		return nil, slow(callerCtx, s.failure(err))
	}
	return ranges, nil
}

// searching is the pool of the statements of searches.
func (s *Store) searching() *sql.DB { return s.searchers }

// FindInRanges implements search.Index. It ignores whether the words are common, since FTS5 is as
// fast for those. It searches one chat after another, until stepBudget.
func (s *Store) FindInRanges(
	ctx context.Context, criteria search.Criteria, ranges []search.LogRange, _ bool, limit int, timeout time.Duration,
) ([]search.Result, []search.Remainder, error) {
	if criteria.Query.Empty() || len(ranges) == 0 {
		return nil, make([]search.Remainder, len(ranges)), nil
	}
	callerCtx := ctx
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	connection, err := s.searching().Conn(ctx)
	if err != nil {
		return nil, nil, s.failure(err)
	}
	defer connection.Close()
	deadline := time.Now().Add(stepBudget)
	f := finder{s, connection, criteria, limit}
	remainders := make([]search.Remainder, len(ranges))
	var results []search.Result
	for i, logRange := range ranges {
		if i > 0 && time.Now().After(deadline) {
			remainders[i] = search.Remainder{Through: logRange.Through, Newest: logRange.Newest}
			continue
		}
		var found []search.Result
		if found, remainders[i], err = f.find(ctx, logRange); err != nil {
			return nil, nil, slow(callerCtx, s.failure(err))
		}
		results = append(results, found...)
	}
	slices.SortFunc(results, func(a, b search.Result) int { return a.SortKey.Compare(b.SortKey) })
	return results[:min(limit, len(results))], remainders, nil
}

// LoadHits implements search.Index.
func (s *Store) LoadHits(
	ctx context.Context, account messenger.ID, results []search.Result, limit, maxBytes int,
) (visible []search.Hit, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectHits, resultsArray(results), account[:], limit)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for bytes := 0; bytes < maxBytes && rows.Next(); {
		var at int
		var one search.Hit
		if err := rows.Scan(&at, &one.ChatName, &one.UserName, &one.Text); err != nil {
			return nil, s.failure(err)
		}
		bytes += len(one.Text)
		one.Result = results[at]
		visible = append(visible, one)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	return visible, nil
}
