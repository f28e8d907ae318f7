package messenger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"messenger-api/internal/errs"
)

// userAgentMaxBytes is how much of a client's name for itself is kept.
const userAgentMaxBytes = 256

// LogIn opens a session for whoever knows the password. Errors:
// bad-parameters, user-not-found, bad-password. A disabled account answers as to
// a wrong password, at the same cost.
func (s *Service) LogIn(ctx context.Context, name, password, address, userAgent string) (Token, error) {
	name, err := cleanName("user_name", name)
	if err != nil {
		return Token{}, err
	}
	if err := checkPassword("password", password); err != nil {
		return Token{}, err
	}
	account, err := s.store.AccountByName(ctx, name)
	if errors.Is(err, errs.ErrAccountNotFound) {
		return Token{}, s.unknownAccountError(ctx, password)
	}
	if err != nil {
		return Token{}, fmt.Errorf("look up the account: %w", err)
	}
	matches, outdated, err := s.passwords.Verify(ctx, account.PasswordHash, password)
	if err != nil {
		return Token{}, err
	}
	if !matches || !account.DisabledAt.IsZero() {
		return Token{}, errs.ErrBadPassword
	}
	if outdated {
		account.PasswordHash = s.upgradePassword(ctx, account, password)
	}
	return s.openSession(ctx, account, address, userAgent)
}

// refuseUnknown answers a log-in to an account that does not exist; where
// accounts are hidden, in the words and at the cost of a wrong password.
func (s *Service) unknownAccountError(ctx context.Context, password string) error {
	if !s.options.HideAccounts {
		return errs.ErrAccountNotFound
	}
	if _, _, err := s.passwords.Verify(ctx, "", password); err != nil {
		return err
	}
	return errs.ErrBadPassword
}

// upgradePassword hashes a password anew with today's parameters and returns
// the hash that is in force. The log-in goes on when that fails: the next one
// tries again.
func (s *Service) upgradePassword(ctx context.Context, account Account, password string) string {
	hash, err := s.passwords.Hash(ctx, password)
	if err == nil {
		var changed bool
		changed, err = s.store.UpgradePasswordHash(ctx, account.ID, account.PasswordHash, hash)
		if changed {
			return hash
		}
	}
	if err != nil {
		s.log.WarnContext(ctx, "password hash not upgraded", "error", err)
	}
	return account.PasswordHash
}

func (s *Service) openSession(ctx context.Context, account Account, address, userAgent string) (Token, error) {
	var token Token
	rand.Read(token[:]) // never fails: the runtime ends the process instead
	now := s.now()
	session := Session{
		ID: NewID(), AccountID: account.ID, CreatedAt: now, ExpiresAt: now.Add(s.options.SessionLifetime),
		Address: address, UserAgent: storable(userAgent),
	}
	opened, err := s.store.CreateSession(ctx, session, token.Hash(), account.PasswordHash)
	if err != nil {
		return Token{}, fmt.Errorf("store the session: %w", err)
	}
	if !opened {
		// The password was changed, or the account disabled, while it was being checked.
		return Token{}, errs.ErrBadPassword
	}
	return token, nil
}

// storable makes a client's header fit for the database.
func storable(header string) string {
	header = header[:min(len(header), userAgentMaxBytes)]
	return strings.ReplaceAll(strings.ToValidUTF8(header, ""), "\x00", "")
}
