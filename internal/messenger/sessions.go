package messenger

import (
	"context"
	"fmt"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

// The limits of the batched session look-ups.
const (
	sessionsPerBatch   = 256
	sessionsMaxWaiting = 16384
	sessionsTimeout    = 3 * time.Second
)

type sessionResult struct {
	session Session
	found   bool
	err     error
}

// Session finds the open session of a token. Errors: invalid-session-id
// (unknown, or logged out), session-id-expired.
func (s *Service) Session(ctx context.Context, token Token) (Session, error) {
	result, err := s.sessions.Do(ctx, token.Hash())
	switch {
	case err != nil:
		return Session{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case result.err != nil:
		return Session{}, fmt.Errorf("look up the session: %w", result.err)
	case !result.found || !result.session.LoggedOutAt.IsZero():
		return Session{}, errs.ErrInvalidSession
	case !s.now().Before(result.session.ExpiresAt):
		return Session{}, errs.ErrExpiredSession
	}
	return result.session, nil
}

// newSessionBatcher batches look-ups: the requests that arrive during one query share
// the next, so reading each session from the database costs little.
func newSessionBatcher(store Store) *batcher.Batcher[TokenHash, sessionResult] {
	flush := func(hashes []TokenHash) []sessionResult {
		ctx, cancel := context.WithTimeout(context.Background(), sessionsTimeout)
		defer cancel()
		results := make([]sessionResult, len(hashes))
		found, err := store.SessionsByToken(ctx, hashes)
		for i, hash := range hashes {
			session, ok := found[hash]
			results[i] = sessionResult{session, ok, err}
		}
		return results
	}
	return batcher.New(flush, nil, batcher.Limits[TokenHash]{Rows: sessionsPerBatch, Waiting: sessionsMaxWaiting})
}

// Sessions lists the caller's open sessions, newest first, MaxListedSessions at most,
// the caller's own always included.
func (s *Service) Sessions(ctx context.Context, caller Session) ([]Session, error) {
	return s.store.OpenSessions(ctx, caller.AccountID, caller.ID, s.now(), MaxListedSessions)
}

// EndSession ends one open session of the caller's account, be it the
// caller's own, and returns its token's hash. Errors: session-not-found.
func (s *Service) EndSession(ctx context.Context, caller Session, session ID) (TokenHash, error) {
	hash, ended, err := s.store.EndSession(ctx, caller.AccountID, session, s.now())
	if err == nil && !ended {
		err = errs.ErrSessionNotFound
	}
	return hash, err
}

// LogOut ends the caller's session. Ending it twice is no error.
func (s *Service) LogOut(ctx context.Context, caller Session) error {
	_, _, err := s.store.EndSession(ctx, caller.AccountID, caller.ID, s.now())
	return err
}

// DeleteEndedSessions deletes one batch of the sessions whose retention after their end
// is over, and returns how many it deleted. Call it periodically.
func (s *Service) DeleteEndedSessions(ctx context.Context) (int, error) {
	return s.store.DeleteSessions(ctx, s.now().Add(-endedSessionRetention))
}
