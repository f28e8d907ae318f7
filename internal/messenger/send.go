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
// chat before stores nothing and returns the first message's ID. When ctx ends
// first, the message is still on its way. Errors: chat-not-found,
// bad-parameters, user-not-found (no such user in this chat, or not this
// account's).
func (s *Service) Send(ctx context.Context, draft Draft) (ID, error) {
	if err := s.checkDraft(draft); err != nil {
		return ID{}, s.Refuse(ctx, draft.ChatID, err)
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
	waiting, done := s.options.Stall.impatient(ctx)
	defer done()
	answer, err := s.sender(draft.ChatID, started).Do(waiting, outgoing{message, deadline, ctx})
	switch {
	case waiting != ctx && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return ID{}, errStalled
	case errors.Is(err, gather.ErrFull):
		return ID{}, errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	case err != nil:
		return ID{}, err
	case answer.err != nil:
		return ID{}, answer.err
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

// stuckAfter is how long a commit may last before others go around it; most take
// a few milliseconds. crowd is how many may wait for one before the next ones are
// better off with another that runs beside it.
const (
	stuckAfter = 50 * time.Millisecond
	crowd      = 64
)

// sender picks the group that commits a chat's message: the first, since the
// larger a batch, the less each message costs; the second helps when many wait.
// While the first one's commit is stuck all others share the chats by hash, so
// that one locked chat stalls few; once it is known to be locked, the last group is
// for such chats alone. Which group it is changes nothing for the log: the database
// judges under the chat's lock.
func (s *Service) sender(chat ID, now time.Time) *gather.Group[outgoing, sendAnswer] {
	first, others := s.senders[0], s.senders[1:]
	if len(others) > 0 && s.locked.any(now) {
		last := len(others) - 1
		if s.locked.has(chat, now) {
			return others[last]
		}
		others = others[:last]
	}
	if len(others) == 0 {
		return first
	}
	underway, waiting := first.Busy(now)
	switch {
	case underway >= stuckAfter:
		// An ID ends with random bytes.
		return others[int(chat[len(chat)-1])%len(others)]
	case waiting >= crowd:
		if underway, fewer := others[0].Busy(now); underway < stuckAfter && fewer < waiting {
			return others[0]
		}
	}
	return first
}
