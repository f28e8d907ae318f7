package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	insertAccount = `
		INSERT INTO accounts (account_id, user_name, password_hash, created_at)
		VALUES ($1, $2, $3, $4)`
	selectAccountByName = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts WHERE user_name = $1`
	selectAccountByID = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts WHERE account_id = $1`
	updatePasswordHash = `
		UPDATE accounts SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2`
)

// CreateAccount implements messenger.Store.
func (s *Store) CreateAccount(ctx context.Context, account messenger.Account) error {
	_, err := s.pool.Exec(ctx, insertAccount, account.ID, account.Name, account.PasswordHash, account.CreatedAt)
	if isViolationOf(err, uniqueViolation, "accounts_user_name_key") {
		return errs.ErrUserAlreadyExists
	}
	return s.failure(err)
}

// AccountByName implements messenger.Store.
func (s *Store) AccountByName(ctx context.Context, name string) (messenger.Account, error) {
	return s.account(ctx, selectAccountByName, name)
}

// AccountByID implements messenger.Store.
func (s *Store) AccountByID(ctx context.Context, id messenger.ID) (messenger.Account, error) {
	return s.account(ctx, selectAccountByID, id)
}

func (s *Store) account(ctx context.Context, query string, key any) (messenger.Account, error) {
	account, err := scanAccount(s.pool.QueryRow(ctx, query, key))
	if errors.Is(err, pgx.ErrNoRows) {
		return messenger.Account{}, errs.ErrAccountNotFound
	}
	return account, s.failure(err)
}

func scanAccount(row pgx.Row) (account messenger.Account, err error) {
	var disabledAt *time.Time
	err = row.Scan((*[16]byte)(&account.ID), &account.Name, &account.PasswordHash, &account.CreatedAt, &disabledAt)
	account.CreatedAt, account.DisabledAt = account.CreatedAt.UTC(), timeOrZero(disabledAt)
	return account, err
}

// ChangePassword implements messenger.Store.
func (s *Store) ChangePassword(
	ctx context.Context, account messenger.ID, oldHash, newHash string, keep messenger.ID, now time.Time,
) (ended []messenger.TokenHash, changed bool, err error) {
	err = s.inTransaction(ctx, func(tx pgx.Tx) error {
		updated, err := tx.Exec(ctx, updatePasswordHash, account, oldHash, newHash)
		if changed = updated.RowsAffected() > 0; err != nil || !changed {
			return err
		}
		rows, err := tx.Query(ctx, endOtherSessions, account, keep, now)
		if err != nil {
			return err
		}
		ended, err = pgx.CollectRows(rows, scanTokenHash)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return ended, changed, nil
}

// UpgradePasswordHash implements messenger.Store.
func (s *Store) UpgradePasswordHash(ctx context.Context, account messenger.ID, oldHash, newHash string) (bool, error) {
	updated, err := s.pool.Exec(ctx, updatePasswordHash, account, oldHash, newHash)
	return updated.RowsAffected() > 0, s.failure(err)
}
