package messenger

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"messenger-api/internal/errs"
	"messenger-api/internal/gather"
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
// chat before stores nothing and returns the first message's ID. Errors:
// chat-not-found, bad-parameters, user-not-found (no such user in this chat,
// or not this account's).
func (s *Service) Send(ctx context.Context, draft Draft) (ID, error) {
	if err := s.checkDraft(draft); err != nil {
		return ID{}, s.Refuse(ctx, draft.ChatID, err)
	}
	// A sender that goes away leaves its message on the way: what the commit asks
	// for afterwards is still done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendDeadline+time.Second)
	defer cancel()
	now := s.now()
	message := Message{
		ID: NewID(), ChatID: draft.ChatID, UserID: draft.UserID, AccountID: draft.AccountID,
		ClientMessageID: draft.ClientMessageID, Text: draft.Text, CreatedAt: now,
	}
	answer, err := s.sender(draft.ChatID).Do(ctx, outgoing{message, time.Now().Add(sendDeadline)})
	switch {
	case errors.Is(err, gather.ErrFull):
		return ID{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case err != nil:
		return ID{}, err
	case answer.err != nil:
		return ID{}, answer.err
	}
	// After a repeat, too: the first try may have died before it told.
	if answer.Appended.Err == nil && s.options.ChatChanged != nil {
		s.options.ChatChanged(ctx, draft.ChatID)
	}
	return answer.Appended.MessageID, answer.Appended.Err
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

// stuckAfter is how long a commit may last before others go around it. Most take
// a few milliseconds.
const stuckAfter = 50 * time.Millisecond

// sender picks the group that commits a chat's message: the first, since the
// larger a batch, the less each message costs. While its commit is stuck the
// others share the chats by hash, so that one locked chat stalls few. Which group
// it is changes nothing for the log: the database judges under the chat's lock.
func (s *Service) sender(chat ID) *gather.Group[outgoing, sendAnswer] {
	first, others := s.senders[0], s.senders[1:]
	if len(others) == 0 || first.Underway() < stuckAfter {
		return first
	}
	// An ID ends with random bytes.
	return others[int(chat[len(chat)-1])%len(others)]
}
