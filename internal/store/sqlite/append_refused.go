package sqlite

import (
	"database/sql"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// refused finds out why a message was not inserted.
func (a *appending) refused(message *messenger.Message) (messenger.AppendResult, error) {
	var isUser sql.Null[bool]
	err := a.row(selectIsUser, named(message.ChatID[:], message.UserID[:], message.AccountID[:]), &isUser)
	switch {
	case err != nil:
		return messenger.AppendResult{}, err
	case !isUser.V:
		return messenger.AppendResult{Err: errs.ErrUserNotFound}, nil
	}
	stored := messenger.AppendResult{Repeated: true}
	var seq sql.Null[int64]
	err = a.row(selectStoredMessage, named(message.ID[:], message.ChatID[:], message.AccountID[:], clientKey(message)),
		blob{stored.MessageID[:]}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNumberTaken
	}
	stored.Seq = seq.V
	return stored, err
}

// errNumberTaken: the log has an event past the chat's last_seq.
var errNumberTaken = errors.New("the next number of the chat's log is taken")
