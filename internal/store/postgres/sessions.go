package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
)

const (
	// FOR SHARE locks the account's row: a concurrent password change has either committed,
	// and the session is refused, or comes later and ends the session.
	insertSession = `
		INSERT INTO sessions (token_hash, session_id, account_id, created_at, expires_at, address, user_agent)
		SELECT $1, $2, account_id, $4, $5, $6, $7 FROM accounts
		WHERE account_id = $3 AND password_hash = $8 AND disabled_at IS NULL FOR SHARE`
	selectSessionsByToken = `
		SELECT s.token_hash, s.session_id, s.account_id, s.created_at, s.expires_at, s.logged_out_at, s.address, s.user_agent
		FROM unnest($1::bytea[]) AS h (token_hash)
		CROSS JOIN LATERAL (SELECT * FROM sessions WHERE token_hash = h.token_hash LIMIT 1) s`
	// The current session, and those that expire last, which one index scan finds. The first
	// part compares the account by IS NOT DISTINCT FROM, which can't use the index on accounts:
	// there it would read all sessions of the account.
	selectOpenSessions = `
		SELECT * FROM (
			SELECT * FROM (
				(
					SELECT token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent
					FROM sessions
					WHERE session_id = $3 AND account_id IS NOT DISTINCT FROM $1 AND logged_out_at IS NULL AND expires_at > $2
				) UNION ALL (
					SELECT token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent
					FROM sessions WHERE account_id = $1 AND logged_out_at IS NULL AND expires_at > $2 AND session_id <> $3
					ORDER BY expires_at DESC LIMIT (SELECT $4::bigint)
				)
			) open ORDER BY session_id = $3 DESC, expires_at DESC LIMIT $4
		) listed ORDER BY created_at DESC, session_id DESC`
	// The limit is a subquery, so that the planner does not know it and scans the index in
	// order instead of sorting. address <> '' is the condition of the partial index.
	selectLogInAddresses = `
		SELECT address FROM sessions
		WHERE account_id = (SELECT account_id FROM accounts WHERE user_name = $1) AND created_at >= $2 AND address <> ''
		ORDER BY created_at DESC LIMIT (SELECT $3::bigint)`
	endSession = `
		UPDATE sessions SET logged_out_at = $3
		WHERE session_id = $2 AND account_id IS NOT DISTINCT FROM $1 AND logged_out_at IS NULL AND expires_at > $3
		RETURNING token_hash`
	endOtherSessions = `
		UPDATE sessions SET logged_out_at = $3
		WHERE account_id = $1 AND session_id <> $2 AND logged_out_at IS NULL AND expires_at > $3
		RETURNING token_hash`
	deleteSessions = `
		DELETE FROM sessions WHERE token_hash = ANY (ARRAY(
			SELECT token_hash FROM sessions WHERE LEAST(expires_at, logged_out_at) < $1
			ORDER BY LEAST(expires_at, logged_out_at) LIMIT 1000 FOR UPDATE SKIP LOCKED))`
)

// CreateSession implements messenger.Store.
func (s *Store) CreateSession(
	ctx context.Context, session messenger.Session, hash messenger.TokenHash, passwordHash string,
) (bool, error) {
	inserted, err := s.pool.Exec(ctx, insertSession, hash[:], session.ID, session.AccountID,
		session.CreatedAt, session.ExpiresAt, session.Address, session.UserAgent, passwordHash)
	return inserted.RowsAffected() > 0, s.failure(err)
}

// SessionsByToken implements messenger.Store.
func (s *Store) SessionsByToken(
	ctx context.Context, hashes []messenger.TokenHash,
) (map[messenger.TokenHash]messenger.Session, error) {
	keys := make([][]byte, len(hashes))
	for i := range hashes {
		keys[i] = hashes[i][:]
	}
	rows, err := s.pool.Query(ctx, selectSessionsByToken, keys)
	if err != nil {
		return nil, s.failure(err)
	}
	found := make(map[messenger.TokenHash]messenger.Session, len(hashes))
	for rows.Next() {
		hash, session, err := scanSession(rows)
		if err != nil {
			rows.Close()
			return nil, s.failure(err)
		}
		found[hash] = session
	}
	return found, s.failure(rows.Err())
}

// LogInAddresses implements messenger.Store.
func (s *Store) LogInAddresses(ctx context.Context, name string, since time.Time, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, selectLogInAddresses, name, since, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	addresses, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return addresses, s.failure(err)
}

// OpenSessions implements messenger.Store.
func (s *Store) OpenSessions(
	ctx context.Context, account, current messenger.ID, now time.Time, limit int,
) ([]messenger.Session, error) {
	rows, err := s.pool.Query(ctx, selectOpenSessions, account, now, current, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	sessions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (messenger.Session, error) {
		_, session, err := scanSession(row)
		return session, err
	})
	return sessions, s.failure(err)
}

func scanSession(row pgx.CollectableRow) (hash messenger.TokenHash, session messenger.Session, err error) {
	var key []byte
	var loggedOutAt *time.Time
	err = row.Scan(&key, (*[16]byte)(&session.ID), (*[16]byte)(&session.AccountID), &session.CreatedAt, &session.ExpiresAt, &loggedOutAt,
		&session.Address, &session.UserAgent)
	copy(hash[:], key)
	session.CreatedAt, session.ExpiresAt = session.CreatedAt.UTC(), session.ExpiresAt.UTC()
	if loggedOutAt != nil {
		session.LoggedOutAt = loggedOutAt.UTC()
	}
	return hash, session, err
}

// EndSession implements messenger.Store.
func (s *Store) EndSession(
	ctx context.Context, account, session messenger.ID, now time.Time,
) (hash messenger.TokenHash, ended bool, err error) {
	rows, err := s.pool.Query(ctx, endSession, account, session, now)
	if err != nil {
		return hash, false, s.failure(err)
	}
	hashes, err := pgx.CollectRows(rows, scanTokenHash)
	if err != nil || len(hashes) == 0 {
		return hash, false, s.failure(err)
	}
	return hashes[0], true, nil
}

func scanTokenHash(row pgx.CollectableRow) (hash messenger.TokenHash, err error) {
	var key []byte
	err = row.Scan(&key)
	copy(hash[:], key)
	return hash, err
}

// DeleteSessions implements messenger.Store.
func (s *Store) DeleteSessions(ctx context.Context, endedBefore time.Time) (int, error) {
	deleted, err := s.pool.Exec(ctx, deleteSessions, endedBefore)
	return int(deleted.RowsAffected()), s.failure(err)
}
