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
	// What is lost in a crash is indexed again.
	deferCommit = `
		SET LOCAL synchronous_commit = off`
	insertPositions = `
		INSERT INTO search_positions (chat_id, seq, newest_at)
		SELECT chat_id, 0, $2 FROM unnest($1::uuid[]) AS s (chat_id)
		WHERE NOT EXISTS (SELECT FROM search_positions p WHERE p.chat_id = s.chat_id)
		ORDER BY chat_id ON CONFLICT DO NOTHING`
	// The rows are the locks of the chats' indexes, taken in one order by all: whoever comes second waits,
	// and finds that the positions have moved, since a later statement moves them.
	lockPositions = `
		SELECT FROM search_positions WHERE chat_id = ANY($1) ORDER BY chat_id FOR UPDATE`
	advancePositions = `
		UPDATE search_positions p SET seq = m.through, newest_at = greatest(p.newest_at, m.newest_at)
		FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
			AS m (chat_id, indexed, through, newest_at, place)
		JOIN search_positions old ON old.chat_id = m.chat_id
		WHERE p.chat_id = m.chat_id AND p.seq = m.indexed
		RETURNING m.place, p.chat_number, old.newest_at`
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

// queueMoves moves the positions and tells of each that was where it is to be.
func (s *Store) queueAdvances(
	batch *pgx.Batch, extensions []search.Extension, moved func(i int, chat, newestBefore int64),
) {
	var started [][16]byte
	chats := make([][16]byte, len(extensions))
	from, through, newest := make([]int64, len(extensions)), make([]int64, len(extensions)), make([]int64, len(extensions))
	for i := range extensions {
		one := &extensions[i]
		chats[i], from[i], through[i], newest[i] = one.ChatID, one.Indexed, one.Through, math.MinInt64
		for j := range one.Entries {
			newest[i] = max(newest[i], one.Entries[j].Message.CreatedAt.UnixMicro())
		}
		if one.Indexed == 0 {
			started = append(started, one.ChatID)
		}
	}
	sorted := slices.Clone(chats)
	slices.SortFunc(sorted, func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
	batch.Queue(deferCommit)
	if started != nil {
		batch.Queue(s.versioned(insertPositions), started, math.MinInt64)
	}
	batch.Queue(s.versioned(lockPositions), sorted)
	batch.Queue(s.versioned(advancePositions), chats, from, through, newest).Query(func(rows pgx.Rows) error {
		var place int
		var chat, newestBefore int64
		_, err := pgx.ForEachRow(rows, []any{&place, &chat, &newestBefore}, func() error {
			moved(place-1, chat, newestBefore)
			return nil
		})
		return err
	})
}

// indexRows are rows of the index as the arrays that unnest takes.
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

// The messages come in the order of the chats and of seq. One is read while those before it are
// short of the bytes.
const selectUnindexed = `
		SELECT e.place, e.message_id, e.seq, e.user_id, e.text, e.created_at
		FROM (
			SELECT b.place, e.*, sum(octet_length(e.text)) OVER (ORDER BY b.place, e.seq) - octet_length(e.text) AS bytes_before
			FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS b (chat_id, indexed, last_seq, place)
			CROSS JOIN LATERAL (
				SELECT * FROM events e
				WHERE e.chat_id = b.chat_id AND e.seq > b.indexed AND e.seq <= b.last_seq AND e.kind = 1 ORDER BY e.seq
			) e
		) e
		WHERE e.bytes_before < greatest($4, 1) ORDER BY e.place, e.seq`

// ReadUnindexed implements search.Store.
func (s *Store) ReadUnindexed(
	ctx context.Context, behind []search.IndexLag, mostBytes int,
) ([]search.Extension, error) {
	chats, from, through := make([][16]byte, len(behind)), make([]int64, len(behind)), make([]int64, len(behind))
	extensions := make([]search.Extension, len(behind))
	for i, one := range behind {
		chats[i], from[i], through[i] = one.ChatID, one.Indexed, one.LastSeq
		extensions[i] = search.Extension{IndexLag: one, Through: one.LastSeq}
	}
	rows, err := s.pool.Query(ctx, selectUnindexed, chats, from, through, mostBytes) //nolint:rowserrcheck // ForEachRow does
	if err != nil {
		return nil, s.failure(err)
	}
	var place, read int
	var message messenger.Message
	columns := []any{&place, &message.ID, &message.Seq, &message.UserID, &message.Text, &message.CreatedAt}
	_, err = pgx.ForEachRow(rows, columns, func() error {
		one := &extensions[place-1]
		message.ChatID, message.CreatedAt = one.ChatID, message.CreatedAt.UTC()
		one.Entries = append(one.Entries, search.Entry{Message: message})
		read += len(message.Text)
		return nil
	})
	if err != nil {
		return nil, s.failure(slow(err))
	}
	if read >= mostBytes && place > 0 { // it stopped here, perhaps early
		extensions = extensions[:place]
		extensions[place-1].Through = message.Seq
	}
	return extensions, nil
}
