package transfer

import "messenger-api/internal/messenger"

// Account reads a row of accounts, or reports that there is no more.
func (r *Reader) Account() (account messenger.Account, more bool, err error) {
	line, more, err := row[accountLine](r, accountType, &r.read.Accounts, r.counts.Accounts)
	if err != nil {
		return account, false, err
	}
	if !more {
		return account, false, r.check(r.checks.afterAccounts())
	}
	account = messenger.Account{
		ID: messenger.ID(line.ID), Name: line.Name, PasswordHash: line.PasswordHash,
		CreatedAt: line.CreatedAt.time(), DisabledAt: line.DisabledAt.time(),
	}
	return account, true, r.check(r.checks.checkAccount(&account))
}

// Session reads a row of sessions, or reports that there is no more.
func (r *Reader) Session() (session Session, more bool, err error) {
	line, more, err := row[sessionLine](r, sessionType, &r.read.Sessions, r.counts.Sessions)
	if err != nil || !more {
		return session, false, err
	}
	session = Session{Hash: messenger.TokenHash(line.Hash), Session: messenger.Session{
		ID: messenger.ID(line.ID), AccountID: messenger.ID(line.AccountID), CreatedAt: line.CreatedAt.time(),
		ExpiresAt: line.ExpiresAt.time(), LoggedOutAt: line.LoggedOutAt.time(), Address: line.Address, UserAgent: line.UserAgent,
	}}
	return session, true, r.check(r.checks.checkSession(&session))
}

// Chat reads a row of chats, or reports that there is no more.
func (r *Reader) Chat() (chat messenger.Chat, more bool, err error) {
	line, more, err := row[chatLine](r, chatType, &r.read.Chats, r.counts.Chats)
	if err != nil {
		return chat, false, err
	}
	if !more {
		return chat, false, r.check(r.checks.afterChats(r.counts.Events))
	}
	chat = messenger.Chat{
		ID: messenger.ID(line.ID), Name: line.Name, CreatedBy: messenger.ID(line.CreatedBy),
		CreatedAt: line.CreatedAt.time(), LastSeq: line.LastSeq,
	}
	return chat, true, r.check(r.checks.checkChat(&chat))
}

// User reads a row of chat_users, or reports that there is no more.
func (r *Reader) User() (user messenger.User, more bool, err error) {
	line, more, err := row[userLine](r, userType, &r.read.Users, r.counts.Users)
	if err != nil || !more {
		return user, false, err
	}
	user = messenger.User{
		ID: messenger.ID(line.ID), ChatID: messenger.ID(line.ChatID), AccountID: messenger.ID(line.AccountID),
		Name: line.Name, CreatedAt: line.CreatedAt.time(),
	}
	return user, true, r.check(r.checks.checkUser(&user))
}

// Event reads a row of events, or reports that there is no more.
func (r *Reader) Event() (event Event, more bool, err error) {
	line, more, err := row[eventLine](r, eventType, &r.read.Events, r.counts.Events)
	if err != nil || !more {
		return event, false, err
	}
	event = Event{
		ChatID: messenger.ID(line.ChatID), Seq: line.Seq, Kind: line.Kind, CreatedAt: line.CreatedAt.time(),
		AccountID: messenger.ID(line.AccountID), UserID: messenger.ID(line.UserID), MessageID: messenger.ID(line.MessageID),
		ClientMessageID: line.ClientMessageID, Text: line.Text,
	}
	return event, true, r.check(r.checks.checkEvent(&event))
}
