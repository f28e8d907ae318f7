package sqlite

import (
	"context"
	"math"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// selectMatching looks into one chat of the account after the other, with an
	// expression for each, and at those rows of the index that are the chat's and up
	// to its position. A CROSS JOIN keeps its order. A chat without a user of the
	// name that is asked for is not looked into.
	selectMatching = `
		SELECT i.created_at, i.message_id, p.chat_id, i.rowid - (p.chat_number << 32)
		FROM (SELECT DISTINCT chat_id FROM chat_users WHERE account_id = ?1 AND (?2 IS NULL OR chat_id = ?2)) mine
		CROSS JOIN search_positions p ON p.chat_id = mine.chat_id
		LEFT JOIN chat_users author ON author.chat_id = mine.chat_id AND author.user_name = ?3
		CROSS JOIN search_index i ON i.search_index MATCH replace(?4, '@', p.chat_number)
			AND i.rowid >= (p.chat_number << 32) AND i.rowid <= (p.chat_number << 32) + p.seq
		WHERE (?3 = '' OR author.user_id IS NOT NULL) AND (?3 = '' OR i.user_id = author.user_id)
			AND (i.created_at, i.message_id) < (?5, ?6) AND (i.created_at, i.message_id) >= (?7, ?8)
		ORDER BY i.created_at DESC, i.message_id DESC LIMIT ?9`
	// The results come as resultsArray makes them.
	selectVisible = `
		SELECT h.key, c.chat_name, coalesce(u.user_name, ''), e.text
		FROM json_each(?1) h
		CROSS JOIN events e ON e.chat_id = unhex(h.value ->> 2) AND e.seq = h.value ->> 3
		CROSS JOIN chats c ON c.chat_id = e.chat_id
		LEFT JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
		WHERE e.kind = 1 AND e.message_id = unhex(h.value ->> 1)
			AND EXISTS (SELECT 1 FROM chat_users m WHERE m.account_id = ?2 AND m.chat_id = e.chat_id)
		ORDER BY h.key LIMIT ?3`
)

// Find implements search.Index.
func (s *Store) Find(
	ctx context.Context, account messenger.ID, criteria search.Criteria, limit int,
) ([]search.Result, error) {
	if criteria.Query.Empty() {
		return nil, nil
	}
	asked := ctx
	ctx, cancel := reading(ctx)
	defer cancel()
	outline, exact := criteria.Query.Outline(outlineTerms)
	if exact {
		results, err := s.matching(ctx, account, criteria, limit)
		return results, slow(asked, err)
	}
	results, err := s.judged(ctx, account, criteria, outline, limit)
	return results, slow(asked, err)
}

// matching asks the index.
func (s *Store) matching(
	ctx context.Context, account messenger.ID, criteria search.Criteria, limit int,
) ([]search.Result, error) {
	request := &criteria.Request
	newest, oldest := bounds(criteria)
	return s.results(ctx, selectMatching,
		account[:], idOrNull(request.ChatID), request.UserName, matchExpression(criteria.Query),
		newest.CreatedAt, newest.MessageID[:], oldest.CreatedAt, oldest.MessageID[:], limit)
}

// bounds joins the bounds of places and times: a result comes after newest and
// not after oldest.
func bounds(criteria search.Criteria) (newest, oldest search.Place) {
	newest, oldest = criteria.From, criteria.To
	if oldest == (search.Place{}) {
		oldest.CreatedAt = math.MinInt64
	}
	if before := criteria.Request.Before; !before.IsZero() {
		newest = later(newest, firstPlace(before))
	}
	if after := criteria.Request.After; !after.IsZero() {
		if place := firstPlace(after); place.Compare(oldest) < 0 {
			oldest = place
		}
	}
	return newest, oldest
}

// firstPlace is the last place, in the order of results, of what was made at the
// time or later.
func firstPlace(made time.Time) search.Place {
	return search.Place{CreatedAt: made.UnixMicro()}
}

func later(a, b search.Place) search.Place {
	if a.Compare(b) > 0 {
		return a
	}
	return b
}

// Visible implements search.Index.
func (s *Store) Visible(
	ctx context.Context, account messenger.ID, results []search.Result, most, bytesMost int,
) (visible []search.Found, err error) {
	ctx, cancel := reading(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectVisible, resultsArray(results), account[:], most)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for bytes := 0; bytes < bytesMost && rows.Next(); {
		var at int
		var one search.Found
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
