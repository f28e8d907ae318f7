package sqlite

import (
	"database/sql"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// rejected finds out why insertMessage inserted nothing: the user is not the account's, or the
// message is stored already, perhaps by this batch. It is no messenger.ErrRejected, which is an
// error of the database.
func (a *batchAppend) rejected(message *messenger.Message) (messenger.AppendResult, error) {
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
		err = errSeqTaken
	}
	stored.Seq = seq.V
	return stored, err
}

// errSeqTaken means that the database is inconsistent: the log has an event after the chat's last_seq.
var errSeqTaken = errors.New("the next number of the chat's log is taken")
