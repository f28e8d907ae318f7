package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// prefilterTerms limits the terms of a query that the index is searched for, and also the excluded
// ones, since each is looked up in each chat. Of a query with more terms the texts of the candidates
// are matched, verifyBatch in one statement.
const (
	prefilterTerms = 8
	verifyBatch    = 100
)

// The parameter is a resultsArray.
const selectTexts = `
		SELECT h.key, e.text
		FROM json_each(?1) h
		CROSS JOIN events e ON e.chat_id = unhex(h.value ->> 2) AND e.seq = h.value ->> 3
		WHERE e.kind = 1 AND e.message_id = unhex(h.value ->> 1)`

// finder searches ranges of chats' logs on one connection.
type finder struct {
	store      *Store
	connection *sql.Conn
	criteria   search.Criteria
	limit      int
}

// find returns the newest matches in a range, and the remainder of the chat that was not searched.
func (f finder) find(ctx context.Context, logRange search.LogRange) ([]search.Result, search.Remainder, error) {
	prefilter, exact := f.criteria.Query.Prefilter(prefilterTerms)
	matching, remainder, err := f.candidates(ctx, prefilter, logRange)
	if err != nil || exact {
		return matching, remainder, err
	}
	var results []search.Result
	for at := 0; at < len(matching); at += verifyBatch {
		verified, err := f.verify(ctx, matching[at:min(at+verifyBatch, len(matching))])
		if err != nil {
			return nil, remainder, err
		}
		results = append(results, verified...)
	}
	return results, remainder, nil
}

// candidates returns matches of the index. Where they reach the limit, the remainder begins before
// the last one.
func (f finder) candidates(
	ctx context.Context, query words.Query, logRange search.LogRange,
) (results []search.Result, remainder search.Remainder, err error) {
	start := logRange.Number << 32
	expression := matchExpression(query, logRange.Number, logRange.Author)
	rows, err := f.connection.QueryContext(ctx, f.store.versioned(selectCandidates), expression, start+logRange.From, start+logRange.Through, f.limit)
	if err != nil {
		return nil, remainder, err
	}
	defer rows.Close()
	newest, oldest := f.criteria.Bounds()
	count := 0
	for ; rows.Next(); count++ {
		result := search.Result{ChatID: logRange.ChatID}
		err := rows.Scan(&result.Seq, &result.SortKey.CreatedAt, &remainder.Newest, blob{result.SortKey.MessageID[:]})
		if err != nil {
			return nil, remainder, err
		}
		result.Seq -= start
		remainder.Through = result.Seq - 1
		if result.SortKey.Compare(newest) > 0 && result.SortKey.Compare(oldest) <= 0 {
			results = append(results, result)
		}
	}
	if err := rows.Err(); err != nil || count == f.limit {
		return results, remainder, err
	}
	remainder, err = f.remainderOf(ctx, logRange)
	return results, remainder, err
}

// remainderOf returns the remainder before a range.
func (f finder) remainderOf(ctx context.Context, logRange search.LogRange) (remainder search.Remainder, err error) {
	if logRange.From <= 1 {
		return remainder, nil
	}
	start := logRange.Number << 32
	err = f.connection.QueryRowContext(ctx, f.store.versioned(selectRemainder), start+1, start+logRange.From-1).Scan(&remainder.Through, &remainder.Newest)
	if errors.Is(err, sql.ErrNoRows) {
		return remainder, nil
	}
	remainder.Through -= start
	return remainder, err
}

// verify returns those of the results whose texts match the query, in their order.
func (f finder) verify(ctx context.Context, results []search.Result) (matching []search.Result, err error) {
	rows, err := f.connection.QueryContext(ctx, selectTexts, resultsArray(results))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	matches := make([]bool, len(results))
	for rows.Next() {
		var at int
		var text string
		if err := rows.Scan(&at, &text); err != nil {
			return nil, err
		}
		matches[at] = f.criteria.Query.Matches(words.Analyse(text))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for at, result := range results {
		if matches[at] {
			matching = append(matching, result)
		}
	}
	return matching, nil
}
