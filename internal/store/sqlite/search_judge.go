package sqlite

import (
	"context"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// outlineTerms is how many terms the index is asked for, and as many to exclude: each is
// looked for in each chat. What a query has beyond that is judged by the texts of
// what was found, judgedAtOnce of them in one statement. The index is asked for
// outlinedFirst places, then for outlinedTimes as many each time, up to outlinedMost.
const (
	outlineTerms  = 8
	judgedAtOnce  = 100
	outlinedFirst = 1000
	outlinedMost  = 100_000
	outlinedTimes = 4
)

// The results come as resultsArray makes them.
const selectTexts = `
		SELECT h.key, e.text
		FROM json_each(?1) h
		CROSS JOIN events e ON e.chat_id = unhex(h.value ->> 2) AND e.seq = h.value ->> 3
		WHERE e.kind = 1 AND e.message_id = unhex(h.value ->> 1)`

// judged reads what the criteria's query matches of what an outline of it finds, newest
// first, until there are limit.
func (s *Store) judged(
	ctx context.Context, account messenger.ID, criteria search.Criteria, outline words.Query, limit int,
) (results []search.Result, err error) {
	query := criteria.Query
	criteria.Query = outline
	for most := max(limit, outlinedFirst); ; most = max(limit, min(most*outlinedTimes, outlinedMost)) {
		found, err := s.matching(ctx, account, criteria, most)
		if err != nil {
			return nil, err
		}
		for at := 0; at < len(found); at += judgedAtOnce {
			matching, err := s.judge(ctx, query, found[at:min(at+judgedAtOnce, len(found))])
			if err != nil {
				return nil, err
			}
			if results = append(results, matching...); len(results) >= limit {
				return results[:limit], nil
			}
		}
		if len(found) < most {
			return results, nil
		}
		criteria.From = found[len(found)-1].Place
	}
}

// judge gives those of the results whose texts the query matches, in their order.
func (s *Store) judge(ctx context.Context, query words.Query, results []search.Result) ([]search.Result, error) {
	rows, err := s.readers.QueryContext(ctx, selectTexts, resultsArray(results))
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	matches := make([]bool, len(results))
	for rows.Next() {
		var at int
		var text string
		if err := rows.Scan(&at, &text); err != nil {
			return nil, s.failure(err)
		}
		matches[at] = query.Matches(words.Analyse(text))
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	var matching []search.Result
	for at, result := range results {
		if matches[at] {
			matching = append(matching, result)
		}
	}
	return matching, nil
}
