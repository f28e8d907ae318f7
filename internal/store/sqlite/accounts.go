package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	insertAccount = `
		INSERT INTO accounts (account_id, user_name, password_hash, created_at)
		VALUES (?, ?, ?, ?)`
	selectAccountByName = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts WHERE user_name = ?`
	selectAccountByID = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts WHERE account_id = ?`
	updatePasswordHash = `
		UPDATE accounts SET password_hash = ? WHERE account_id = ? AND password_hash = ?`
)

// CreateAccount implements messenger.Store.
func (s *Store) CreateAccount(ctx context.Context, account messenger.Account) error {
	_, err := s.write(ctx, insertAccount, account.ID[:], account.Name, account.PasswordHash, account.CreatedAt.UnixMicro())
	if resultCode(err) == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return errs.ErrUserAlreadyExists
	}
	return err
}

// AccountByName implements messenger.Store.
func (s *Store) AccountByName(ctx context.Context, name string) (messenger.Account, error) {
	return s.account(ctx, selectAccountByName, name)
}

// AccountByID implements messenger.Store.
func (s *Store) AccountByID(ctx context.Context, id messenger.ID) (messenger.Account, error) {
	return s.account(ctx, selectAccountByID, id[:])
}

func (s *Store) account(ctx context.Context, query string, key any) (messenger.Account, error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	account, err := scanAccount(s.readers.QueryRowContext(ctx, query, key))
	if errors.Is(err, sql.ErrNoRows) {
		return messenger.Account{}, errs.ErrAccountNotFound
	}
	return account, s.failure(err)
}

func scanAccount(row interface{ Scan(into ...any) error }) (account messenger.Account, err error) {
	err = row.Scan(blob{account.ID[:]}, &account.Name, &account.PasswordHash, moment{&account.CreatedAt}, moment{&account.DisabledAt})
	return account, err
}

// ChangePassword implements messenger.Store.
func (s *Store) ChangePassword(
	ctx context.Context, account messenger.ID, oldHash, newHash string, keep messenger.ID, now time.Time,
) (ended []messenger.TokenHash, changed bool, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, updatePasswordHash, newHash, account[:], oldHash)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		if changed = rows > 0; err != nil || !changed {
			return err
		}
		ended, err = endSessions(ctx, tx, endOtherSessions, now.UnixMicro(), account[:], keep[:], now.UnixMicro())
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return ended, changed, nil
}

// UpgradePasswordHash implements messenger.Store.
func (s *Store) UpgradePasswordHash(ctx context.Context, account messenger.ID, oldHash, newHash string) (bool, error) {
	updated, err := s.write(ctx, updatePasswordHash, newHash, account[:], oldHash)
	return updated > 0, err
}
