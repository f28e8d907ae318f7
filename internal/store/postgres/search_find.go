package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// chatsInQuery is up to how many chats of an account stand in the query itself, so
// that the index finds what is in both a word's list and a chat's. For more, it would
// cost more to look for all of them than to look at the chat of each message.
const chatsInQuery = 100

const (
	selectChatsOf = `
		SELECT DISTINCT chat_id FROM chat_users WHERE account_id = $1 LIMIT $2`
	// Whatever stands in the query, nothing is found outside of the account's chats.
	// IS TRUE and OR keep the sets of chats and users what they are: sets to look in,
	// once made; as joins they would be asked of the database for each message.
	findMessages = `
		SELECT i.created_at, i.message_id, i.chat_id, i.seq FROM search_index i
		WHERE i.words @@ $2::tsquery
			AND (i.chat_id IN (SELECT u.chat_id FROM chat_users u WHERE u.account_id = $1)) IS TRUE
			AND ($3::uuid IS NULL OR i.chat_id = $3)
			AND ($4 = '' OR i.user_id IN (
				SELECT named.user_id FROM chat_users u
				JOIN chat_users named ON named.chat_id = u.chat_id AND named.user_name = $4
				WHERE u.account_id = $1))
			AND i.created_at >= $5 AND i.created_at < $6
			AND (i.created_at, i.message_id) < ($7, $8) AND (i.created_at, i.message_id) >= ($9, $10)
		ORDER BY i.created_at DESC, i.message_id DESC LIMIT $11`
	// The look-up of an event is LATERAL … LIMIT 1 so that each is an index probe.
	// Kind 1 is a message. Its user may have left.
	// What comes after $7 bytes of texts is left out by their lengths.
	selectVisible = `
		SELECT created_at, message_id, chat_id, seq, chat_name, user_name, text
		FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - octet_length(text) AS bytes_before FROM (
		SELECT r.place, r.created_at, r.message_id, r.chat_id, r.seq, c.chat_name, coalesce(u.user_name, '') AS user_name, e.text
		FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[])
			WITH ORDINALITY AS r (created_at, message_id, chat_id, seq, place)
		CROSS JOIN LATERAL (
			SELECT e.user_id, e.text FROM events e
			WHERE e.chat_id = r.chat_id AND e.seq = r.seq AND e.message_id = r.message_id AND e.kind = 1 LIMIT 1
		) e
		JOIN chats c ON c.chat_id = r.chat_id
		LEFT JOIN chat_users u ON u.chat_id = r.chat_id AND u.user_id = e.user_id
		WHERE EXISTS (SELECT FROM chat_users m WHERE m.account_id = $1 AND m.chat_id = r.chat_id)
		ORDER BY r.place LIMIT $6
		) r) r
		WHERE bytes_before < $7 ORDER BY place`
)

// Find implements search.Store.
func (s *Store) Find(
	ctx context.Context, account messenger.ID, criteria search.Criteria, limit int,
) ([]search.Result, error) {
	if criteria.Query.Empty() {
		return nil, nil
	}
	request := &criteria.Request
	chats, err := s.chatsToFindIn(ctx, account, request.ChatID)
	if err != nil || len(chats) == 0 {
		return nil, s.failure(err)
	}
	query := renderQuery(criteria.Query)
	if len(chats) <= chatsInQuery {
		query = inChats(query, chats)
	}
	oldest := criteria.To
	if oldest == (search.Place{}) {
		oldest.CreatedAt = math.MinInt64
	}
	rows, err := s.pool.Query(ctx, findMessages, account, query, idOrNull(request.ChatID), request.UserName,
		microsecondsOr(request.After, math.MinInt64), microsecondsOr(request.Before, math.MaxInt64),
		criteria.From.CreatedAt, criteria.From.MessageID, oldest.CreatedAt, oldest.MessageID, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	results, err := pgx.CollectRows(rows, scanResult)
	return results, s.failure(slow(err))
}

// slow tells what the database ended by statement_timeout from all else.
func slow(err error) error {
	if sqlState(err) == queryCanceled {
		return fmt.Errorf("%w: %w", search.ErrTooSlow, err)
	}
	return err
}

// chatsToFindIn lists the account's chats, chatsInQuery and one more at most, or just
// the chat that is asked for; whether the account is in it is judged where it is used.
func (s *Store) chatsToFindIn(ctx context.Context, account, only messenger.ID) ([]messenger.ID, error) {
	if only != (messenger.ID{}) {
		return []messenger.ID{only}, nil
	}
	rows, err := s.pool.Query(ctx, selectChatsOf, account, chatsInQuery+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[messenger.ID])
}

func microsecondsOr(t time.Time, none int64) int64 {
	if t.IsZero() {
		return none
	}
	return t.UnixMicro()
}

// Visible implements search.Store.
func (s *Store) Visible(
	ctx context.Context, account messenger.ID, results []search.Result, most, bytesMost int,
) ([]search.Found, error) {
	columns := resultColumnsOf(results)
	rows, err := s.pool.Query(ctx, selectVisible, account,
		columns.createdAts, columns.messageIDs, columns.chatIDs, columns.seqs, most, bytesMost)
	if err != nil {
		return nil, s.failure(err)
	}
	visible, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (found search.Found, err error) {
		err = row.Scan(&found.Place.CreatedAt, &found.Place.MessageID, &found.ChatID, &found.Seq,
			&found.ChatName, &found.UserName, &found.Text)
		return found, err
	})
	return visible, s.failure(err)
}
