package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"messenger-api/internal/messenger"
)

const (
	insertSession = `
		INSERT INTO sessions (token_hash, session_id, account_id, created_at, expires_at, address, user_agent)
		SELECT ?, ?, account_id, ?, ?, ?, ? FROM accounts
		WHERE account_id = ? AND password_hash = ? AND disabled_at IS NULL`
	// The parameter is a hexArray, so that one prepared statement takes any number of hashes.
	selectSessionsByToken = `
		SELECT s.token_hash, s.session_id, s.account_id, s.created_at, s.expires_at, s.logged_out_at, s.address, s.user_agent
		FROM json_each(?) h CROSS JOIN sessions s ON s.token_hash = unhex(h.value)`
	// The current session, and those that expire last, which one index scan finds.
	selectOpenSessions = `
		SELECT * FROM (
			SELECT * FROM (
				SELECT token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent
				FROM sessions WHERE session_id = ?3 AND +account_id = ?1 AND logged_out_at IS NULL AND +expires_at > ?2
				UNION ALL
				SELECT * FROM (
					SELECT token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent
					FROM sessions WHERE account_id = ?1 AND logged_out_at IS NULL AND expires_at > ?2 AND session_id <> ?3
					ORDER BY expires_at DESC LIMIT ?4
				)
			) ORDER BY session_id = ?3 DESC, expires_at DESC LIMIT ?4
		) listed ORDER BY created_at DESC, session_id DESC`
	// address <> '' is the condition of the partial index.
	selectLogInAddresses = `
		SELECT address FROM sessions
		WHERE account_id = (SELECT account_id FROM accounts WHERE user_name = ?) AND created_at >= ? AND address <> ''
		ORDER BY created_at DESC LIMIT ?`
	endSession = `
		UPDATE sessions SET logged_out_at = ?
		WHERE session_id = ? AND account_id = ? AND logged_out_at IS NULL AND expires_at > ?
		RETURNING token_hash`
	endOtherSessions = `
		UPDATE sessions SET logged_out_at = ?
		WHERE account_id = ? AND session_id <> ? AND logged_out_at IS NULL AND expires_at > ?
		RETURNING token_hash`
	// The expression of the index sessions_end.
	deleteSessions = `
		DELETE FROM sessions WHERE token_hash IN (
			SELECT token_hash FROM sessions WHERE min(expires_at, coalesce(logged_out_at, expires_at)) < ?
			ORDER BY min(expires_at, coalesce(logged_out_at, expires_at)) LIMIT 1000)`
)

// CreateSession implements messenger.Store.
func (s *Store) CreateSession(
	ctx context.Context, session messenger.Session, hash messenger.TokenHash, passwordHash string,
) (bool, error) {
	inserted, err := s.write(ctx, insertSession, hash[:], session.ID[:], session.CreatedAt.UnixMicro(),
		session.ExpiresAt.UnixMicro(), session.Address, session.UserAgent, session.AccountID[:], passwordHash)
	return inserted > 0, err
}

// SessionsByToken implements messenger.Store.
func (s *Store) SessionsByToken(
	ctx context.Context, hashes []messenger.TokenHash,
) (map[messenger.TokenHash]messenger.Session, error) {
	found := make(map[messenger.TokenHash]messenger.Session, len(hashes))
	err := s.eachSession(ctx, func(hash messenger.TokenHash, session messenger.Session) {
		found[hash] = session
	}, selectSessionsByToken, hexArray(hashes))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// LogInAddresses implements messenger.Store.
func (s *Store) LogInAddresses(
	ctx context.Context, name string, since time.Time, limit int,
) (addresses []string, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectLogInAddresses, name, since.UnixMicro(), limit)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var address string
		if err := rows.Scan(&address); err != nil {
			return nil, s.failure(err)
		}
		addresses = append(addresses, address)
	}
	return addresses, s.failure(rows.Err())
}

func hexArray(hashes []messenger.TokenHash) string {
	texts := make([]string, len(hashes))
	for i, hash := range hashes {
		texts[i] = `"` + hex.EncodeToString(hash[:]) + `"`
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// OpenSessions implements messenger.Store.
func (s *Store) OpenSessions(
	ctx context.Context, account, current messenger.ID, now time.Time, limit int,
) (sessions []messenger.Session, err error) {
	err = s.eachSession(ctx, func(_ messenger.TokenHash, session messenger.Session) {
		sessions = append(sessions, session)
	}, selectOpenSessions, account[:], now.UnixMicro(), current[:], limit)
	return sessions, err
}

// eachSession calls take with each session that the query finds.
func (s *Store) eachSession(
	ctx context.Context, take func(messenger.TokenHash, messenger.Session), query string, arguments ...any,
) error {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, query, arguments...)
	if err != nil {
		return s.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		hash, session, err := scanSession(rows)
		if err != nil {
			return s.failure(err)
		}
		take(hash, session)
	}
	return s.failure(rows.Err())
}

func scanSession(rows *sql.Rows) (hash messenger.TokenHash, session messenger.Session, err error) {
	err = rows.Scan(blob{hash[:]}, blob{session.ID[:]}, blob{session.AccountID[:]}, moment{&session.CreatedAt},
		moment{&session.ExpiresAt}, moment{&session.LoggedOutAt}, &session.Address, &session.UserAgent)
	return hash, session, err
}

// EndSession implements messenger.Store.
func (s *Store) EndSession(
	ctx context.Context, account, session messenger.ID, now time.Time,
) (hash messenger.TokenHash, ended bool, err error) {
	var hashes []messenger.TokenHash
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		hashes, err = endSessions(ctx, tx, endSession, now.UnixMicro(), session[:], account[:], now.UnixMicro())
		return err
	})
	if err != nil || len(hashes) == 0 {
		return hash, false, err
	}
	return hashes[0], true, nil
}

// endSessions runs an update that returns the token hashes of the ended sessions.
func endSessions(ctx context.Context, tx *sql.Tx, update string, arguments ...any) ([]messenger.TokenHash, error) {
	rows, err := tx.QueryContext(ctx, update, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ended []messenger.TokenHash
	for rows.Next() {
		var hash messenger.TokenHash
		if err := rows.Scan(blob{hash[:]}); err != nil {
			return nil, err
		}
		ended = append(ended, hash)
	}
	return ended, rows.Err()
}

// DeleteSessions implements messenger.Store. It deletes at most 1000, so that other writes don't
// wait long.
func (s *Store) DeleteSessions(ctx context.Context, endedBefore time.Time) (int, error) {
	deleted, err := s.write(ctx, deleteSessions, endedBefore.UnixMicro())
	return int(deleted), err
}
