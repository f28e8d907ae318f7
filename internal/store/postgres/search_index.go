package postgres

import (
	"bytes"
	"context"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The commit may be asynchronous: what a crash loses is indexed again.
	deferCommit = `
		SET LOCAL synchronous_commit = off`
	insertPositions = `
		INSERT INTO search_positions (chat_id, seq, newest_at)
		SELECT chat_id, 0, $2 FROM unnest($1::uuid[]) AS s (chat_id)
		WHERE NOT EXISTS (SELECT FROM search_positions p WHERE p.chat_id = s.chat_id)
		ORDER BY chat_id ON CONFLICT DO NOTHING`
	// The rows are locked in the order of chat_id by all processes. The second process waits, and
	// finds the new positions, since it reads and advances them in a later statement.
	lockPositions = `
		SELECT FROM search_positions WHERE chat_id = ANY($1) ORDER BY chat_id FOR UPDATE`
	advancePositions = `
		UPDATE search_positions p SET seq = m.through, newest_at = greatest(p.newest_at, m.newest_at)
		FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
			AS m (chat_id, indexed, through, newest_at, ordinal)
		JOIN search_positions old ON old.chat_id = m.chat_id
		WHERE p.chat_id = m.chat_id AND p.seq = m.indexed
		RETURNING m.ordinal, p.chat_number, old.newest_at`
	insertIndexed = `
		INSERT INTO search_index (chat_number, seq, created_at, newest_at, message_id, words)
		SELECT i.chat_number, i.seq, i.created_at, i.newest_at, i.message_id, i.words::tsvector
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[])
			AS i (chat_number, seq, created_at, newest_at, message_id, words)`
)

// ExtendIndex implements search.Store.
func (s *Store) ExtendIndex(ctx context.Context, extensions []search.Extension) (extended []bool, err error) {
	extended = make([]bool, len(extensions))
	err = s.inTransaction(ctx, func(tx pgx.Tx) error {
		var rows indexRows
		batch := &pgx.Batch{}
		s.queueAdvances(batch, extensions, func(i int, chat, newestBefore int64) {
			extended[i] = true
			rows.add(chat, newestBefore, extensions[i].Entries)
		})
		if err := tx.SendBatch(ctx, batch).Close(); err != nil || rows.chats == nil {
			return slow(err)
		}
		_, err := tx.Exec(ctx, s.versioned(insertIndexed),
			rows.chats, rows.seqs, rows.createdAts, rows.newestAts, rows.messageIDs, rows.vectors)
		return slow(err)
	})
	if err != nil {
		return nil, err
	}
	return extended, nil
}

// queueAdvances advances the positions of the chats, and calls advanced for each that was at
// the extension's start.
func (s *Store) queueAdvances(
	batch *pgx.Batch, extensions []search.Extension, advanced func(i int, chat, newestBefore int64),
) {
	var newChats [][16]byte
	chats := make([][16]byte, len(extensions))
	from, through, newest := make([]int64, len(extensions)), make([]int64, len(extensions)), make([]int64, len(extensions))
	for i := range extensions {
		one := &extensions[i]
		chats[i], from[i], through[i], newest[i] = one.ChatID, one.Indexed, one.Through, math.MinInt64
		for j := range one.Entries {
			newest[i] = max(newest[i], one.Entries[j].Message.CreatedAt.UnixMicro())
		}
		if one.Indexed == 0 {
			newChats = append(newChats, one.ChatID)
		}
	}
	sorted := slices.Clone(chats)
	slices.SortFunc(sorted, func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
	batch.Queue(deferCommit)
	if newChats != nil {
		batch.Queue(s.versioned(insertPositions), newChats, math.MinInt64)
	}
	batch.Queue(s.versioned(lockPositions), sorted)
	batch.Queue(s.versioned(advancePositions), chats, from, through, newest).Query(func(rows pgx.Rows) error {
		var ordinal int
		var chat, newestBefore int64
		_, err := pgx.ForEachRow(rows, []any{&ordinal, &chat, &newestBefore}, func() error {
			advanced(ordinal-1, chat, newestBefore)
			return nil
		})
		return err
	})
}

// indexRows are rows of the index as arrays, for unnest.
type indexRows struct {
	chats, seqs, createdAts, newestAts []int64
	messageIDs                         [][16]byte
	vectors                            []string
}

func (r *indexRows) add(chat, newest int64, entries []search.Entry) {
	for i := range entries {
		message := &entries[i].Message
		newest = max(newest, message.CreatedAt.UnixMicro())
		r.chats = append(r.chats, chat)
		r.seqs = append(r.seqs, message.Seq)
		r.createdAts = append(r.createdAts, message.CreatedAt.UnixMicro())
		r.newestAts = append(r.newestAts, newest)
		r.messageIDs = append(r.messageIDs, message.ID)
		r.vectors = append(r.vectors, vectorOf(chat, &entries[i]))
	}
}

// selectUnindexed returns messages in the order of the given chats and of seq, up to the one
// with which their texts reach $4 bytes.
const selectUnindexed = `
		SELECT e.ordinal, e.message_id, e.seq, e.user_id, e.text, e.created_at
		FROM (
			SELECT b.ordinal, e.*, sum(octet_length(e.text)) OVER (ORDER BY b.ordinal, e.seq) - octet_length(e.text) AS bytes_before
			FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS b (chat_id, indexed, last_seq, ordinal)
			CROSS JOIN LATERAL (
				SELECT * FROM events e
				WHERE e.chat_id = b.chat_id AND e.seq > b.indexed AND e.seq <= b.last_seq AND e.kind = 1 ORDER BY e.seq
			) e
		) e
		WHERE e.bytes_before < greatest($4, 1) ORDER BY e.ordinal, e.seq`

// ReadUnindexed implements search.Store.
func (s *Store) ReadUnindexed(
	ctx context.Context, lags []search.IndexLag, maxBytes int,
) ([]search.Extension, error) {
	chats, from, through := make([][16]byte, len(lags)), make([]int64, len(lags)), make([]int64, len(lags))
	extensions := make([]search.Extension, len(lags))
	for i, one := range lags {
		chats[i], from[i], through[i] = one.ChatID, one.Indexed, one.LastSeq
		extensions[i] = search.Extension{IndexLag: one, Through: one.LastSeq}
	}
	rows, err := s.pool.Query(ctx, selectUnindexed, chats, from, through, maxBytes) //nolint:rowserrcheck // ForEachRow does
	if err != nil {
		return nil, s.failure(err)
	}
	var ordinal, read int
	var message messenger.Message
	columns := []any{&ordinal, &message.ID, &message.Seq, &message.UserID, &message.Text, &message.CreatedAt}
	_, err = pgx.ForEachRow(rows, columns, func() error {
		one := &extensions[ordinal-1]
		message.ChatID, message.CreatedAt = one.ChatID, message.CreatedAt.UTC()
		one.Entries = append(one.Entries, search.Entry{Message: message})
		read += len(message.Text)
		return nil
	})
	if err != nil {
		return nil, s.failure(slow(err))
	}
	if read >= maxBytes && ordinal > 0 { // stopped at the limit, perhaps before the end of the last chat
		extensions = extensions[:ordinal]
		extensions[ordinal-1].Through = message.Seq
	}
	return extensions, nil
}
