package messenger

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

// sendTimeout is how long a send may take, retries included.
const sendTimeout = 5 * time.Second

// Draft is a message that an account wants to send.
type Draft struct {
	ChatID    ID
	UserID    ID
	AccountID ID
	// ClientMessageID is the client's idempotency key, valid for as long as the message exists; empty for none.
	ClientMessageID string
	Text            string
}

// Send commits a message to its chat's log and returns its ID once that is
// durable. A draft with a ClientMessageID that this account has sent to this
// chat before stores nothing and returns the first message's ID. When ctx ends
// first, the message may still be committed. Errors: chat-not-found,
// bad-parameters, user-not-found (no such user in this chat, or not this
// account's).
func (s *Service) Send(ctx context.Context, draft Draft) (ID, error) {
	if err := s.checkDraft(draft); err != nil {
		return ID{}, s.ChatErrorOr(ctx, draft.ChatID, err)
	}
	started := time.Now()
	message := Message{
		ID: NewID(), ChatID: draft.ChatID, UserID: draft.UserID, AccountID: draft.AccountID,
		ClientMessageID: draft.ClientMessageID, Text: draft.Text, CreatedAt: s.now(),
	}
	deadline := started.Add(sendTimeout)
	if callers, ok := ctx.Deadline(); ok && callers.Before(deadline) {
		deadline = callers // a later commit could not be answered any more
	}
	waiting, done := s.options.Stall.limitWait(ctx)
	defer done()
	result, err := s.batcherOf(draft.ChatID, started).Do(waiting, pendingMessage{message, deadline, ctx})
	switch {
	case waiting != ctx && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return ID{}, errStalled
	case errors.Is(err, batcher.ErrFull):
		return ID{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case err != nil:
		return ID{}, err
	case result.err != nil:
		return ID{}, result.err
	}
	return result.AppendResult.MessageID, result.AppendResult.Err
}

func (s *Service) checkDraft(draft Draft) error {
	switch {
	case draft.Text == "":
		return errs.ErrBadParameters.WithDetails("message must not be empty")
	case len(draft.Text) > s.options.MessageMaxBytes:
		return errs.ErrBadParameters.WithDetails("message has more than %d bytes", s.options.MessageMaxBytes)
	case utf8.RuneCountInString(draft.ClientMessageID) > ClientMessageIDMaxCharacters:
		return errs.ErrBadParameters.WithDetails("client_message_id has more than %d characters", ClientMessageIDMaxCharacters)
	}
	if err := checkText("message", draft.Text); err != nil {
		return err
	}
	return checkText("client_message_id", draft.ClientMessageID)
}

// batcherOf picks the batcher for a message to the chat. There is one for all chats, since the
// larger a batch, the less each message costs, and a second one for contended chats, so that no
// batch of the first waits for such a chat's lock. The choice does not affect correctness: the
// database checks and numbers messages under the chat's lock.
func (s *Service) batcherOf(chat ID, now time.Time) *batcher.Batcher[pendingMessage, sendResult] {
	if s.contended.has(chat, now) {
		return s.contendedSends
	}
	return s.sends
}
