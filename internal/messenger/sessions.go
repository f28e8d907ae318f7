package messenger

import (
	"context"
	"fmt"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

// The limits of one look-up of sessions, which concurrent requests share.
const (
	sessionsPerBatch = 256
	sessionsWaiting  = 16384
	sessionsDeadline = 3 * time.Second
)

type sessionResult struct {
	session Session
	found   bool
	err     error
}

// Session finds the open session of a token. Errors: invalid-session-id
// (unknown, or logged out), session-id-expired.
func (s *Service) Session(ctx context.Context, token Token) (Session, error) {
	answer, err := s.sessions.Do(ctx, token.Hash())
	switch {
	case err != nil:
		return Session{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case answer.err != nil:
		return Session{}, fmt.Errorf("look up the session: %w", answer.err)
	case !answer.found || !answer.session.LoggedOutAt.IsZero():
		return Session{}, errs.ErrInvalidSession
	case !s.now().Before(answer.session.ExpiresAt):
		return Session{}, errs.ErrExpiredSession
	}
	return answer.session, nil
}

// newSessionBatcher lets the requests that arrive during one look-up share the
// next: a session is asked of the database each time and still costs little.
func newSessionBatcher(store Store) *batcher.Batcher[TokenHash, sessionResult] {
	flush := func(hashes []TokenHash) []sessionResult {
		ctx, cancel := context.WithTimeout(context.Background(), sessionsDeadline)
		defer cancel()
		answers := make([]sessionResult, len(hashes))
		found, err := store.SessionsByToken(ctx, hashes)
		for i, hash := range hashes {
			session, ok := found[hash]
			answers[i] = sessionResult{session, ok, err}
		}
		return answers
	}
	return batcher.New(flush, nil, batcher.Limits[TokenHash]{Rows: sessionsPerBatch, Waiting: sessionsWaiting})
}

// Sessions lists the caller's open sessions, newest first, MaxListedSessions at most,
// the one that asks always among them.
func (s *Service) Sessions(ctx context.Context, caller Session) ([]Session, error) {
	return s.store.OpenSessions(ctx, caller.AccountID, caller.ID, s.now(), MaxListedSessions)
}

// EndSession ends one open session of the caller's account, be it the
// caller's own, and returns what it was known by. Errors: session-not-found.
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
