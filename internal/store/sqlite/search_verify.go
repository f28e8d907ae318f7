package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// outlineTerms is how many terms the index is asked for, and as many to exclude: each is
// looked for in each chat. What a query has beyond that is judged by the texts of
// what was found, judgedAtOnce of them in one statement.
const (
	prefilterTerms = 8
	verifyBatch    = 100
)

// The results come as resultsArray makes them.
const selectTexts = `
		SELECT h.key, e.text
		FROM json_each(?1) h
		CROSS JOIN events e ON e.chat_id = unhex(h.value ->> 2) AND e.seq = h.value ->> 3
		WHERE e.kind = 1 AND e.message_id = unhex(h.value ->> 1)`

// finder looks into parts of chats.
type finder struct {
	store      *Store
	connection *sql.Conn
	criteria   search.Criteria
	limit      int
}

// find reads what of a part matches, and tells what is left of it.
func (f finder) find(ctx context.Context, part search.LogRange) ([]search.Result, search.Remainder, error) {
	outline, exact := f.criteria.Query.Prefilter(prefilterTerms)
	matching, rest, err := f.candidates(ctx, outline, part)
	if err != nil || exact {
		return matching, rest, err
	}
	var results []search.Result
	for at := 0; at < len(matching); at += verifyBatch {
		judged, err := f.verify(ctx, matching[at:min(at+verifyBatch, len(matching))])
		if err != nil {
			return nil, rest, err
		}
		results = append(results, judged...)
	}
	return results, rest, nil
}

// matching asks the index. Where it finds as many as there may be, the older ones are left.
func (f finder) candidates(
	ctx context.Context, query words.Query, part search.LogRange,
) (results []search.Result, rest search.Remainder, err error) {
	start := part.Number << 32
	expression := matchExpression(query, part.Number, part.Author)
	rows, err := f.connection.QueryContext(ctx, f.store.versioned(selectCandidates), expression, start+part.From, start+part.Through, f.limit)
	if err != nil {
		return nil, rest, err
	}
	defer rows.Close()
	newest, oldest := f.criteria.Bounds()
	count := 0
	for ; rows.Next(); count++ {
		result := search.Result{ChatID: part.ChatID}
		err := rows.Scan(&result.Seq, &result.SortKey.CreatedAt, &rest.Newest, blob{result.SortKey.MessageID[:]})
		if err != nil {
			return nil, rest, err
		}
		result.Seq -= start
		rest.Through = result.Seq - 1
		if result.SortKey.Compare(newest) > 0 && result.SortKey.Compare(oldest) <= 0 {
			results = append(results, result)
		}
	}
	if err := rows.Err(); err != nil || count == f.limit {
		return results, rest, err
	}
	rest, err = f.remainder(ctx, part)
	return results, rest, err
}

// rest is what comes before a part.
func (f finder) remainder(ctx context.Context, part search.LogRange) (rest search.Remainder, err error) {
	if part.From <= 1 {
		return rest, nil
	}
	start := part.Number << 32
	err = f.connection.QueryRowContext(ctx, f.store.versioned(selectRemainder), start+1, start+part.From-1).Scan(&rest.Through, &rest.Newest)
	if errors.Is(err, sql.ErrNoRows) {
		return rest, nil
	}
	rest.Through -= start
	return rest, err
}

// judge gives those of the results whose texts the query matches, in their order.
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
