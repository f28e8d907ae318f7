package messenger

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

// sendDeadline is how long a send may take, all tries together.
const sendDeadline = 5 * time.Second

// Draft is a message that an account wants to send.
type Draft struct {
	ChatID    ID
	UserID    ID
	AccountID ID
	// ClientMessageID makes a send safe to repeat, for good; empty for none.
	ClientMessageID string
	Text            string
}

// Send commits a message to its chat's log and returns its ID once that is
// durable. A draft with a ClientMessageID that this account has sent to this
// chat before stores nothing and returns the first message's ID. When ctx ends
// first, the message is still on its way. Errors: chat-not-found,
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
	deadline := started.Add(sendDeadline)
	if most, ok := ctx.Deadline(); ok && most.Before(deadline) {
		deadline = most // nobody would learn of what comes later
	}
	waiting, done := s.options.Stall.limitWait(ctx)
	defer done()
	answer, err := s.batcherOf(draft.ChatID, started).Do(waiting, pendingMessage{message, deadline, ctx})
	switch {
	case waiting != ctx && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return ID{}, errStalled
	case errors.Is(err, batcher.ErrFull):
		return ID{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case err != nil:
		return ID{}, err
	case answer.err != nil:
		return ID{}, answer.err
	}
	return answer.AppendResult.MessageID, answer.AppendResult.Err
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

// batcherOf picks the batcher of a chat's message. All go through one, since the larger a
// batch, the less each message costs; those to chats whose locks others hold go through
// another, so that no batch of the first one waits for such a lock. Which it is changes
// nothing for the log: the database judges under the chat's lock.
func (s *Service) batcherOf(chat ID, now time.Time) *batcher.Batcher[pendingMessage, sendResult] {
	if s.contended.has(chat, now) {
		return s.contendedSends
	}
	return s.sends
}
