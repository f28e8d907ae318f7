package messenger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"messenger-api/internal/errs"
)

// userAgentMaxBytes is how much of a User-Agent header is stored.
const userAgentMaxBytes = 256

// LogIn opens a session and returns its token. Errors: bad-parameters,
// user-not-found, bad-password. A disabled account gets the error of a wrong
// password, after the same hashing work.
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

// unknownAccountError returns the error of a log-in to an account that does not exist:
// where accounts are hidden, that of a wrong password, after the same hashing work.
func (s *Service) unknownAccountError(ctx context.Context, password string) error {
	if !s.options.HideAccounts {
		return errs.ErrAccountNotFound
	}
	if _, _, err := s.passwords.Verify(ctx, "", password); err != nil {
		return err
	}
	return errs.ErrBadPassword
}

// upgradePassword rehashes a password with the current parameters and returns the
// hash that is stored now. A failure does not fail the log-in: the next one tries
// again.
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
		Address: address, UserAgent: sanitizeHeader(userAgent),
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

// sanitizeHeader cuts a client's header to valid UTF-8 that the database can store.
func sanitizeHeader(header string) string {
	header = header[:min(len(header), userAgentMaxBytes)]
	return strings.ReplaceAll(strings.ToValidUTF8(header, ""), "\x00", "")
}
