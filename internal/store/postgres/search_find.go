package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The setting ends with the transaction, which is the pipelined batch.
	limitStep = `
		SELECT set_config('statement_timeout', $1, true)`
	// The lexemes have the chat and the block in them; a condition on chat_number or seq beside
	// them could make the planner choose another index. Each row of unnest is within one block,
	// so one tsquery fits all of its messages.
	findInBlocks = `
		SELECT i.created_at, i.message_id, b.range_index, i.seq
		FROM unnest($2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS b (range_index, prefix, author, first, last)
		CROSS JOIN LATERAL (
			SELECT i.created_at, i.message_id, i.seq FROM search_index i
			WHERE i.words @@ (replace($1, '#', b.prefix) || b.author)::tsquery OFFSET 0
		) i
		WHERE i.seq BETWEEN b.first AND b.last
			AND (i.created_at, i.message_id) < ($7, $8) AND (i.created_at, i.message_id) >= ($9, $10)
		ORDER BY i.created_at DESC, i.message_id DESC LIMIT $11`
	// OFFSET 0 makes the planner scan the primary key and filter by the words, and parse each
	// tsquery once instead of for each message.
	findInMessages = `
		SELECT i.created_at, i.message_id, b.range_index, i.seq
		FROM (
			SELECT b.range_index, b.chat_number, b.first, b.last, (replace($1, '#', b.prefix) || b.author)::tsquery AS query
			FROM unnest($2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $12::bigint[])
				AS b (range_index, prefix, author, first, last, chat_number)
			OFFSET 0
		) b
		CROSS JOIN LATERAL (
			SELECT i.* FROM search_index i
			WHERE i.chat_number = b.chat_number AND i.seq BETWEEN b.first AND b.last OFFSET 0
		) i
		WHERE i.words @@ b.query
			AND (i.created_at, i.message_id) < ($7, $8) AND (i.created_at, i.message_id) >= ($9, $10)
		ORDER BY i.created_at DESC, i.message_id DESC LIMIT $11`
	selectRemainders = `
		SELECT p.range_index, i.seq, i.newest_at
		FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS p (range_index, chat_number, before)
		CROSS JOIN LATERAL (
			SELECT i.seq, i.newest_at FROM search_index i
			WHERE i.chat_number = p.chat_number AND i.seq < p.before ORDER BY i.seq DESC LIMIT 1
		) i`
	// The look-up of an event is LATERAL … LIMIT 1 so that each is an index probe. Kind 1 is a
	// message. Its user may have left the chat. Messages after the first $7 bytes of texts are
	// left out.
	selectHits = `
		SELECT created_at, message_id, chat_id, seq, chat_name, user_name, text
		FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY ordinal ROWS UNBOUNDED PRECEDING) - octet_length(text) AS bytes_before FROM (
		SELECT r.ordinal, r.created_at, r.message_id, r.chat_id, r.seq, c.chat_name, coalesce(u.user_name, '') AS user_name, e.text
		FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[])
			WITH ORDINALITY AS r (created_at, message_id, chat_id, seq, ordinal)
		CROSS JOIN LATERAL (
			SELECT e.user_id, e.text FROM events e
			WHERE e.chat_id = r.chat_id AND e.seq = r.seq AND e.message_id = r.message_id AND e.kind = 1 LIMIT 1
		) e
		CROSS JOIN LATERAL (SELECT c.chat_name FROM chats c WHERE c.chat_id = r.chat_id OFFSET 0) c
		LEFT JOIN LATERAL (SELECT u.user_name FROM chat_users u WHERE u.chat_id = r.chat_id AND u.user_id = e.user_id OFFSET 0) u ON true
		WHERE EXISTS (SELECT FROM chat_users m WHERE m.account_id = $1 AND m.chat_id = r.chat_id OFFSET 0)
		ORDER BY r.ordinal LIMIT $6
		) r) r
		WHERE bytes_before < $7 ORDER BY ordinal`
)

// FindInRanges implements search.Store.
func (s *Store) FindInRanges(
	ctx context.Context, criteria search.Criteria, ranges []search.LogRange, dense bool, limit int, timeout time.Duration,
) ([]search.Result, []search.Remainder, error) {
	if criteria.Query.Empty() || len(ranges) == 0 {
		return nil, make([]search.Remainder, len(ranges)), nil
	}
	blocks, remainders := blocksOf(ranges), remaindersOf(ranges)
	if !dense && !s.wordsIndexed.Load() {
		dense = true
		blocks, remainders = firstMessages(blocks, ranges, remainders, maxMessages)
	}
	newest, oldest := criteria.Bounds()
	statement, arguments := findInBlocks, []any{
		renderQuery(criteria.Query), blocks.ranges, blocks.prefixes, blocks.authors, blocks.firsts, blocks.lasts,
		newest.CreatedAt, newest.MessageID, oldest.CreatedAt, oldest.MessageID, limit,
	}
	if dense {
		statement, arguments = findInMessages, append(arguments, blocks.chats)
	}
	var results []search.Result
	batch := &pgx.Batch{}
	batch.Queue(limitStep, milliseconds(timeout))
	batch.Queue(s.versioned(statement), arguments...).Query(func(rows pgx.Rows) (err error) {
		results, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (result search.Result, err error) {
			var rangeIndex int
			err = row.Scan(&result.SortKey.CreatedAt, &result.SortKey.MessageID, &rangeIndex, &result.Seq)
			if err == nil {
				result.ChatID = ranges[rangeIndex].ChatID
			}
			return result, err
		})
		return err
	})
	s.queueRemainders(batch, ranges, remainders)
	err := s.searching().SendBatch(ctx, batch).Close()
	if err != nil {
		return nil, nil, s.failure(slow(err))
	}
	return results, remainders, nil
}

// searching is the pool of the statements of searches.
func (s *Store) searching() *pgxpool.Pool { return s.pool }

// slow wraps an error of statement_timeout in search.ErrTooSlow; others are returned unchanged.
func slow(err error) error {
	if sqlState(err) == queryCanceled {
		return fmt.Errorf("%w: %w", search.ErrTooSlow, err)
	}
	return err
}

// LoadHits implements search.Store.
func (s *Store) LoadHits(
	ctx context.Context, account messenger.ID, results []search.Result, limit, maxBytes int,
) ([]search.Hit, error) {
	columns := resultColumnsOf(results)
	rows, err := s.pool.Query(ctx, selectHits, account,
		columns.createdAts, columns.messageIDs, columns.chatIDs, columns.seqs, limit, maxBytes)
	if err != nil {
		return nil, s.failure(err)
	}
	visible, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (found search.Hit, err error) {
		err = row.Scan(&found.SortKey.CreatedAt, &found.SortKey.MessageID, &found.ChatID, &found.Seq,
			&found.ChatName, &found.UserName, &found.Text)
		return found, err
	})
	return visible, s.failure(err)
}
