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
	// advancePosition returns no row where the position is not ?3.
	advancePosition = `
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
	ctx context.Context, lags []search.IndexLag, maxBytes int,
) (extensions []search.Extension, err error) {
	callerCtx := ctx
	ctx, cancel := readContext(ctx)
	defer cancel()
	connection, err := s.searching().Conn(ctx)
	if err != nil {
		return nil, s.failure(err)
	}
	defer connection.Close()
	for i := range lags {
		extension, read, err := readUnindexed(ctx, connection, lags[i], maxBytes)
		if err != nil {
			return nil, slow(callerCtx, s.failure(err))
		}
		extensions = append(extensions, extension)
		if maxBytes -= read; maxBytes <= 0 {
			break
		}
	}
	return extensions, nil
}

// readUnindexed reads messages of one chat until their texts reach maxBytes, and returns the
// number of bytes.
func readUnindexed(
	ctx context.Context, connection *sql.Conn, lag search.IndexLag, maxBytes int,
) (extension search.Extension, read int, err error) {
	extension = search.Extension{IndexLag: lag, Through: lag.LastSeq}
	rows, err := connection.QueryContext(ctx, selectUnindexed, lag.ChatID[:], lag.Indexed, lag.LastSeq)
	if err != nil {
		return extension, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		m := messenger.Message{ChatID: lag.ChatID}
		if err := rows.Scan(blob{m.ID[:]}, &m.Seq, blob{m.UserID[:]}, &m.Text, moment{&m.CreatedAt}); err != nil {
			return extension, read, err
		}
		extension.Entries = append(extension.Entries, search.Entry{Message: m})
		if read += len(m.Text); read >= maxBytes {
			extension.Through = m.Seq
			return extension, read, nil
		}
	}
	return extension, read, rows.Err()
}

// indexRow is a row of search_index.
type indexRow struct {
	chat     int64
	newest   int64
	message  *messenger.Message
	sequence string
}

// ExtendIndex implements search.Index.
func (s *Store) ExtendIndex(ctx context.Context, extensions []search.Extension) (extended []bool, err error) {
	extended = make([]bool, len(extensions))
	// The texts are rendered before the transaction, since sends wait while it lasts.
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
			chat, newest, err := s.advance(ctx, tx, &extensions[i])
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
	if begun { // a timeout before that was a wait for the write lock
		err = slow(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	return extended, nil
}

// advance advances a chat's position, and returns the chat's number and its newest_at before. The
// error is sql.ErrNoRows where the position is not the extension's start.
func (s *Store) advance(ctx context.Context, tx *sql.Tx, extension *search.Extension) (chat, newest int64, err error) {
	id := extension.ChatID[:]
	if err := tx.QueryRowContext(ctx, s.versioned(selectNewest), id, math.MinInt64).Scan(&newest); err != nil {
		return 0, 0, err
	}
	added := int64(math.MinInt64)
	for i := range extension.Entries {
		added = max(added, extension.Entries[i].Message.CreatedAt.UnixMicro())
	}
	err = tx.QueryRowContext(ctx, s.versioned(advancePosition), id, extension.Through, extension.Indexed, added).Scan(&chat)
	return chat, newest, err
}

// insertRows inserts in the order of the rowid: FTS5 flushes its buffer whenever a rowid is smaller
// than the one before.
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
