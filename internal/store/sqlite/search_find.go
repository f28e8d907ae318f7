package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// A step of a search is ended after stepTimeout, and tried again as a smaller one; after stepEnough
// it looks into no more chats.
const (
	stepTimeout = time.Second
	stepBudget  = 75 * time.Millisecond
)

const (
	// An account may have several users in one chat. A CROSS JOIN keeps its order.
	selectLogRanges = `
		SELECT p.chat_id, p.chat_number, coalesce(author.user_id, zeroblob(16)), p.seq, p.newest_at
		FROM (SELECT DISTINCT chat_id FROM chat_users WHERE account_id = ?1 AND (?2 IS NULL OR chat_id = ?2)) mine
		CROSS JOIN search_positions p ON p.chat_id = mine.chat_id
		LEFT JOIN chat_users author ON ?3 <> '' AND author.chat_id = mine.chat_id AND author.user_name = ?3
		WHERE p.seq > 0 AND (?3 = '' OR author.user_id IS NOT NULL)`
	// FTS5 reads its lists backwards, and the bounds of the rowid let it begin in their middle.
	selectCandidates = `
		SELECT rowid, created_at, newest_at, message_id FROM search_index
		WHERE search_index MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4`
	selectRemainder = `
		SELECT rowid, newest_at FROM search_index WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid DESC LIMIT 1`
	// The results come as resultsArray makes them.
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
) (parts []search.LogRange, err error) {
	ctx, cancel := reading(ctx)
	defer cancel()
	rows, err := s.searching().QueryContext(ctx, s.versioned(selectLogRanges), account[:], idOrNull(request.ChatID), request.UserName)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		part := search.LogRange{From: 1}
		err := rows.Scan(blob{part.ChatID[:]}, &part.Number, blob{part.Author[:]}, &part.Through, &part.Newest)
		if err != nil {
			return nil, s.failure(err)
		}
		parts = append(parts, part)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	return parts, nil
}

// searching are the connections that searches read with.
func (s *Store) searching() *sql.DB { return s.searchers }

// FindInRanges implements search.Index. The lists of the index are as quick for what is common as for
// what is rare. It goes through the chats one by one, until its time is over.
func (s *Store) FindInRanges(
	ctx context.Context, criteria search.Criteria, parts []search.LogRange, _ bool, limit int,
) ([]search.Result, []search.Remainder, error) {
	if criteria.Query.Empty() || len(parts) == 0 {
		return nil, make([]search.Remainder, len(parts)), nil
	}
	asked := ctx
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	connection, err := s.searching().Conn(ctx)
	if err != nil {
		return nil, nil, s.failure(err)
	}
	defer connection.Close()
	over := time.Now().Add(stepBudget)
	f := finder{s, connection, criteria, limit}
	rests := make([]search.Remainder, len(parts))
	var results []search.Result
	for i, part := range parts {
		if i > 0 && time.Now().After(over) {
			rests[i] = search.Remainder{Through: part.Through, Newest: part.Newest}
			continue
		}
		var found []search.Result
		if found, rests[i], err = f.find(ctx, part); err != nil {
			return nil, nil, slow(asked, s.failure(err))
		}
		results = append(results, found...)
	}
	slices.SortFunc(results, func(a, b search.Result) int { return a.SortKey.Compare(b.SortKey) })
	return results[:min(limit, len(results))], rests, nil
}

// LoadHits implements search.Index.
func (s *Store) LoadHits(
	ctx context.Context, account messenger.ID, results []search.Result, most, bytesMost int,
) (visible []search.Hit, err error) {
	ctx, cancel := reading(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectHits, resultsArray(results), account[:], most)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for bytes := 0; bytes < bytesMost && rows.Next(); {
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
