package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
)

const (
	resetPassword = `
		UPDATE accounts SET password_hash = $2, disabled_at = NULL WHERE account_id = $1`
	disableAccount = `
		UPDATE accounts SET disabled_at = coalesce(disabled_at, $2) WHERE account_id = $1`
	enableAccount = `
		UPDATE accounts SET disabled_at = NULL WHERE account_id = $1`
	selectAccountsAfter = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts
		WHERE user_name > $1 ORDER BY user_name LIMIT $2`
	endAccountSessions = `
		UPDATE sessions SET logged_out_at = $2 WHERE account_id = $1 AND logged_out_at IS NULL AND expires_at > $2
		RETURNING token_hash`
	endAnySession = `
		UPDATE sessions SET logged_out_at = $2 WHERE session_id = $1 AND logged_out_at IS NULL AND expires_at > $2
		RETURNING token_hash`
	// LEAST(expires_at, logged_out_at) is the expression of the index sessions_end, in which
	// open sessions come last.
	endSomeSessions = `
		UPDATE sessions SET logged_out_at = $1 WHERE token_hash = ANY (ARRAY(
			SELECT token_hash FROM sessions WHERE LEAST(expires_at, logged_out_at) > $1 AND logged_out_at IS NULL
			ORDER BY LEAST(expires_at, logged_out_at) LIMIT (SELECT $2::bigint) FOR UPDATE))
		RETURNING token_hash`
)

// ResetPassword implements messenger.OperatorStore.
func (s *Store) ResetPassword(
	ctx context.Context, account messenger.ID, hash string, now time.Time,
) ([]messenger.TokenHash, error) {
	return s.changeAndEnd(ctx, account, now, resetPassword, account, hash)
}

// DisableAccount implements messenger.OperatorStore.
func (s *Store) DisableAccount(ctx context.Context, account messenger.ID, now time.Time) ([]messenger.TokenHash, error) {
	return s.changeAndEnd(ctx, account, now, disableAccount, account, now)
}

// changeAndEnd changes an account and ends its sessions.
func (s *Store) changeAndEnd(
	ctx context.Context, account messenger.ID, now time.Time, change string, arguments ...any,
) (ended []messenger.TokenHash, err error) {
	err = s.inTransaction(ctx, func(tx pgx.Tx) error {
		// The update locks the account's row: a concurrent log-in has either committed its
		// session, which is ended here, or waits and is refused.
		if _, err := tx.Exec(ctx, change, arguments...); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, endAccountSessions, account, now)
		if err != nil {
			return err
		}
		ended, err = pgx.CollectRows(rows, scanTokenHash)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// EnableAccount implements messenger.OperatorStore.
func (s *Store) EnableAccount(ctx context.Context, account messenger.ID) error {
	_, err := s.pool.Exec(ctx, enableAccount, account)
	return s.failure(err)
}

// AccountsAfter implements messenger.OperatorStore.
func (s *Store) AccountsAfter(ctx context.Context, name string, limit int) ([]messenger.Account, error) {
	rows, err := s.pool.Query(ctx, selectAccountsAfter, name, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (messenger.Account, error) { return scanAccount(row) })
	return accounts, s.failure(err)
}

// EndAccountSessions implements messenger.OperatorStore.
func (s *Store) EndAccountSessions(ctx context.Context, account messenger.ID, now time.Time) ([]messenger.TokenHash, error) {
	return s.end(ctx, endAccountSessions, account, now)
}

// EndAnySession implements messenger.OperatorStore.
func (s *Store) EndAnySession(
	ctx context.Context, session messenger.ID, now time.Time,
) (hash messenger.TokenHash, ended bool, err error) {
	hashes, err := s.end(ctx, endAnySession, session, now)
	if err != nil || len(hashes) == 0 {
		return hash, false, err
	}
	return hashes[0], true, nil
}

// EndSomeSessions implements messenger.OperatorStore.
func (s *Store) EndSomeSessions(ctx context.Context, now time.Time, limit int) ([]messenger.TokenHash, error) {
	return s.end(ctx, endSomeSessions, now, limit)
}

// end runs an update that returns the token hashes of the ended sessions.
func (s *Store) end(ctx context.Context, update string, arguments ...any) ([]messenger.TokenHash, error) {
	rows, err := s.pool.Query(ctx, update, arguments...)
	if err != nil {
		return nil, s.failure(err)
	}
	ended, err := pgx.CollectRows(rows, scanTokenHash)
	return ended, s.failure(err)
}
