package sqlite

import (
	"context"
	"encoding/binary"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// A CROSS JOIN fixes the join order: the account's chats first. One chat is a range of the index, too.
	selectAccountLag = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (SELECT DISTINCT chat_id FROM chat_users WHERE account_id = ?1 AND chat_id BETWEEN ifnull(?2, x'')
			AND ifnull(?2, x'ffffffffffffffffffffffffffffffffff')) mine
		CROSS JOIN chats c ON c.chat_id = mine.chat_id
		LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT ?3`
	// INDEXED BY: the planner would choose another index, which spares a sort for DISTINCT.
	selectRecentLag = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (SELECT DISTINCT chat_id FROM events INDEXED BY events_message WHERE kind = 1 AND message_id >= ? AND message_id < ?) recent
		CROSS JOIN chats c ON c.chat_id = recent.chat_id
		LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT ?`
	selectIndexedSeqs = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM chats c LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		WHERE c.chat_id > ? ORDER BY c.chat_id LIMIT ?`
)

// AccountIndexLag implements search.Index.
func (s *Store) AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]search.IndexLag, error) {
	return s.indexLags(ctx, selectAccountLag, account[:], idOrNull(chat), limit)
}

// RecentIndexLag implements search.Index.
func (s *Store) RecentIndexLag(ctx context.Context, from, to time.Time, limit int) ([]search.IndexLag, error) {
	first, end := firstID(from), firstID(to)
	return s.indexLags(ctx, selectRecentLag, first[:], end[:], limit)
}

// firstID returns the smallest UUID of version 7 of the time: those begin with 48 bits of
// milliseconds.
func firstID(made time.Time) (id messenger.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(max(made.UnixMilli(), 0))<<16)
	return id
}

// ScanIndexLag implements search.Index.
func (s *Store) ScanIndexLag(
	ctx context.Context, chat messenger.ID, limit int,
) (behind []search.IndexLag, last messenger.ID, done bool, err error) {
	// One more than the limit is read, to know whether there are more.
	positions, err := s.indexLags(ctx, selectIndexedSeqs, chat[:], limit+1)
	if err != nil {
		return nil, chat, false, err
	}
	done = len(positions) <= limit
	last = chat
	for _, position := range positions[:min(limit, len(positions))] {
		last = position.ChatID
		if position.Indexed < position.LastSeq {
			behind = append(behind, position)
		}
	}
	return behind, last, done, nil
}

func (s *Store) indexLags(ctx context.Context, query string, arguments ...any) (positions []search.IndexLag, err error) {
	callerCtx := ctx
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.searching().QueryContext(ctx, s.versioned(query), arguments...)
	if err != nil {
		return nil, slow(callerCtx, s.failure(err))
	}
	defer rows.Close()
	for rows.Next() {
		var position search.IndexLag
		if err := rows.Scan(blob{position.ChatID[:]}, &position.Indexed, &position.LastSeq); err != nil {
			return nil, s.failure(err)
		}
		positions = append(positions, position)
	}
	if err := rows.Err(); err != nil {
		return nil, slow(callerCtx, s.failure(err))
	}
	return positions, nil
}
