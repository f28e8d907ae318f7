package sqlite

import (
	"context"
	"database/sql"
	"time"

	"messenger-api/internal/messenger"
)

const (
	resetPassword = `
		UPDATE accounts SET password_hash = ?, disabled_at = NULL WHERE account_id = ?`
	disableAccount = `
		UPDATE accounts SET disabled_at = coalesce(disabled_at, ?) WHERE account_id = ?`
	enableAccount = `
		UPDATE accounts SET disabled_at = NULL WHERE account_id = ?`
	selectAccountsAfter = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts
		WHERE user_name > ? ORDER BY user_name LIMIT ?`
	endAccountSessions = `
		UPDATE sessions SET logged_out_at = ?1 WHERE account_id = ?2 AND logged_out_at IS NULL AND expires_at > ?1
		RETURNING token_hash`
	endAnySession = `
		UPDATE sessions SET logged_out_at = ?1 WHERE session_id = ?2 AND logged_out_at IS NULL AND expires_at > ?1
		RETURNING token_hash`
	// The expression of the index sessions_end, in which open sessions come last.
	endSomeSessions = `
		UPDATE sessions SET logged_out_at = ?1 WHERE token_hash IN (
			SELECT token_hash FROM sessions INDEXED BY sessions_end
			WHERE min(expires_at, coalesce(logged_out_at, expires_at)) > ?1 AND logged_out_at IS NULL
			ORDER BY min(expires_at, coalesce(logged_out_at, expires_at)) LIMIT ?2)
		RETURNING token_hash`
)

// ResetPassword implements messenger.OperatorStore.
func (s *Store) ResetPassword(
	ctx context.Context, account messenger.ID, hash string, now time.Time,
) (ended []messenger.TokenHash, err error) {
	return s.changeAndEnd(ctx, account, now, resetPassword, hash, account[:])
}

// DisableAccount implements messenger.OperatorStore.
func (s *Store) DisableAccount(
	ctx context.Context, account messenger.ID, now time.Time,
) (ended []messenger.TokenHash, err error) {
	return s.changeAndEnd(ctx, account, now, disableAccount, now.UnixMicro(), account[:])
}

// changeAndEnd changes an account and ends its sessions.
func (s *Store) changeAndEnd(
	ctx context.Context, account messenger.ID, now time.Time, change string, arguments ...any,
) (ended []messenger.TokenHash, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, change, arguments...); err != nil {
			return err
		}
		ended, err = endSessions(ctx, tx, endAccountSessions, now.UnixMicro(), account[:])
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// EnableAccount implements messenger.OperatorStore.
func (s *Store) EnableAccount(ctx context.Context, account messenger.ID) error {
	_, err := s.write(ctx, enableAccount, account[:])
	return err
}

// AccountsAfter implements messenger.OperatorStore.
func (s *Store) AccountsAfter(ctx context.Context, name string, limit int) (accounts []messenger.Account, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectAccountsAfter, name, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		account, err := scanAccount(rows)
		if err != nil {
			return nil, s.failure(err)
		}
		accounts = append(accounts, account)
	}
	return accounts, s.failure(rows.Err())
}

// EndAccountSessions implements messenger.OperatorStore.
func (s *Store) EndAccountSessions(ctx context.Context, account messenger.ID, now time.Time) ([]messenger.TokenHash, error) {
	return s.end(ctx, endAccountSessions, now.UnixMicro(), account[:])
}

// EndAnySession implements messenger.OperatorStore.
func (s *Store) EndAnySession(
	ctx context.Context, session messenger.ID, now time.Time,
) (hash messenger.TokenHash, ended bool, err error) {
	hashes, err := s.end(ctx, endAnySession, now.UnixMicro(), session[:])
	if err != nil || len(hashes) == 0 {
		return hash, false, err
	}
	return hashes[0], true, nil
}

// EndSomeSessions implements messenger.OperatorStore.
func (s *Store) EndSomeSessions(ctx context.Context, now time.Time, limit int) ([]messenger.TokenHash, error) {
	return s.end(ctx, endSomeSessions, now.UnixMicro(), limit)
}

// end runs an update that returns the token hashes of the ended sessions.
func (s *Store) end(ctx context.Context, update string, arguments ...any) (ended []messenger.TokenHash, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		ended, err = endSessions(ctx, tx, update, arguments...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}
