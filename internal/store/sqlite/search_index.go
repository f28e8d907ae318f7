package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	selectUnindexed = `
		SELECT message_id, seq, user_id, text, created_at FROM events
		WHERE chat_id = ? AND seq > ? AND seq <= ? AND kind = 1 ORDER BY seq`
	// movePosition returns nothing where the position is another than ?3.
	movePosition = `
		INSERT INTO search_positions (chat_id, seq, newest_at)
		SELECT ?1, ?2, ?4 WHERE ?3 = 0 OR EXISTS (SELECT 1 FROM search_positions WHERE chat_id = ?1)
		ON CONFLICT (chat_id) DO UPDATE SET seq = excluded.seq, newest_at = max(newest_at, excluded.newest_at)
			WHERE search_positions.seq = ?3
		RETURNING chat_number`
	selectNewest = `
		SELECT coalesce((SELECT newest_at FROM search_positions WHERE chat_id = ?), ?)`
	insertIndexed = `
		INSERT INTO search_index (rowid, words, created_at, newest_at, message_id) VALUES ((? << 32) + ?, ?, ?, ?, ?)`
)

// ReadUnindexed implements search.Index.
func (s *Store) ReadUnindexed(
	ctx context.Context, behind []search.IndexLag, mostBytes int,
) (extensions []search.Extension, err error) {
	asked := ctx
	ctx, cancel := reading(ctx)
	defer cancel()
	connection, err := s.searching().Conn(ctx)
	if err != nil {
		return nil, s.failure(err)
	}
	defer connection.Close()
	for i := range behind {
		extension, read, err := readUnindexed(ctx, connection, behind[i], mostBytes)
		if err != nil {
			return nil, slow(asked, s.failure(err))
		}
		extensions = append(extensions, extension)
		if mostBytes -= read; mostBytes <= 0 {
			break
		}
	}
	return extensions, nil
}

// readUnindexed reads one chat's until they have the bytes, and tells how many they have.
func readUnindexed(
	ctx context.Context, connection *sql.Conn, behind search.IndexLag, mostBytes int,
) (extension search.Extension, read int, err error) {
	extension = search.Extension{IndexLag: behind, Through: behind.LastSeq}
	rows, err := connection.QueryContext(ctx, selectUnindexed, behind.ChatID[:], behind.Indexed, behind.LastSeq)
	if err != nil {
		return extension, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		m := messenger.Message{ChatID: behind.ChatID}
		if err := rows.Scan(blob{m.ID[:]}, &m.Seq, blob{m.UserID[:]}, &m.Text, moment{&m.CreatedAt}); err != nil {
			return extension, read, err
		}
		extension.Entries = append(extension.Entries, search.Entry{Message: m})
		if read += len(m.Text); read >= mostBytes {
			extension.Through = m.Seq
			return extension, read, nil
		}
	}
	return extension, read, rows.Err()
}

// indexRow is a message as the index has it.
type indexRow struct {
	chat     int64
	newest   int64
	message  *messenger.Message
	sequence string
}

// ExtendIndex implements search.Index.
func (s *Store) ExtendIndex(ctx context.Context, extensions []search.Extension) (extended []bool, err error) {
	extended = make([]bool, len(extensions))
	// Rendered before the transaction: while it lasts, no message can be sent.
	sequences := make([][]string, len(extensions))
	for i := range extensions {
		for _, entry := range extensions[i].Entries {
			sequences[i] = append(sequences[i], entry.Document.FTS5Text())
		}
	}
	begun := false
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		begun = true
		var rows []indexRow
		for i := range extensions {
			chat, newest, err := s.move(ctx, tx, &extensions[i])
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			extended[i] = true
			for j := range extensions[i].Entries {
				message := &extensions[i].Entries[j].Message
				newest = max(newest, message.CreatedAt.UnixMicro())
				rows = append(rows, indexRow{chat, newest, message, sequences[i][j]})
			}
		}
		return insertRows(ctx, tx, s.versioned(insertIndexed), rows)
	})
	if begun { // who waits for the lock is not slow
		err = slow(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	return extended, nil
}

// move moves a chat's position, and tells its number and how new its newest message was before; or
// sql.ErrNoRows where the position is another one.
func (s *Store) move(ctx context.Context, tx *sql.Tx, extension *search.Extension) (chat, newest int64, err error) {
	id := extension.ChatID[:]
	if err := tx.QueryRowContext(ctx, s.versioned(selectNewest), id, math.MinInt64).Scan(&newest); err != nil {
		return 0, 0, err
	}
	added := int64(math.MinInt64)
	for i := range extension.Entries {
		added = max(added, extension.Entries[i].Message.CreatedAt.UnixMicro())
	}
	err = tx.QueryRowContext(ctx, s.versioned(movePosition), id, extension.Through, extension.Indexed, added).Scan(&chat)
	return chat, newest, err
}

// insertRows goes by the rowid: FTS5 writes out what it has gathered whenever one is less than the
// one before.
func insertRows(ctx context.Context, tx *sql.Tx, insert string, rows []indexRow) error {
	slices.SortStableFunc(rows, func(a, b indexRow) int { return cmp.Compare(a.chat, b.chat) })
	for _, row := range rows {
		m := row.message
		_, err := tx.ExecContext(ctx, insert, row.chat, m.Seq, tokens(row.chat, row.sequence, m.UserID),
			m.CreatedAt.UnixMicro(), row.newest, m.ID[:])
		if err != nil {
			return err
		}
	}
	return nil
}
