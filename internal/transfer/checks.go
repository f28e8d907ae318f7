package transfer

import (
	"bytes"

	"messenger-api/internal/messenger"
)

// checks is the state for checking each row against those before it. A method returns what is wrong
// with a row, or an empty text.
type checks struct {
	account, session, chat, user order

	accounts map[messenger.ID]struct{}
	ends     map[messenger.ID]int64           // last_seq of each chat
	users    map[[2]messenger.ID]messenger.ID // the account of each chat and user
	log      struct {                         // the last event
		chat messenger.ID
		seq  int64
	}
	expected int64 // the sum of last_seq
}

func newChecks() checks {
	return checks{
		accounts: map[messenger.ID]struct{}{}, ends: map[messenger.ID]int64{}, users: map[[2]messenger.ID]messenger.ID{},
	}
}

// order is the key of a table's last row.
type order struct{ last []byte }

const outOfOrder = "not in the order of the key, or a duplicate"

// takes reports whether the key comes after the last one, and stores it as the last one.
func (o *order) takes(parts ...[]byte) bool {
	key := bytes.Join(parts, nil)
	if bytes.Compare(key, o.last) <= 0 {
		return false
	}
	o.last = key
	return true
}

func (c *checks) checkAccount(a *messenger.Account) string {
	builtIn := a.ID == messenger.AnonymousAccount.ID
	switch {
	case a.ID == messenger.ID{}:
		return "account_id is missing"
	case !c.account.takes(a.ID[:]):
		return outOfOrder
	case builtIn != (a.Name == messenger.AnonymousAccount.Name), builtIn && a.PasswordHash != "":
		return "only the built-in account has the name anonymous, and it has no password"
	case len(a.PasswordHash) > passwordHashMaxBytes:
		return "password_hash is too long"
	}
	c.accounts[a.ID] = struct{}{}
	return firstOf(nameProblem("user_name", a.Name), textProblem("password_hash", a.PasswordHash))
}

func (c *checks) afterAccounts() string {
	if _, found := c.accounts[messenger.AnonymousAccount.ID]; !found {
		return "the built-in account anonymous is missing"
	}
	return ""
}

func (c *checks) checkSession(s *Session) string {
	switch {
	case !c.session.takes(s.Hash[:]):
		return outOfOrder
	case s.ID == messenger.ID{}:
		return "session_id is missing"
	case !c.knows(s.AccountID):
		return "a session of an account that is not in the file"
	case len(s.Address) > addressMaxBytes, len(s.UserAgent) > userAgentMaxBytes:
		return "address or user_agent is too long"
	}
	return firstOf(textProblem("address", s.Address), textProblem("user_agent", s.UserAgent))
}

func (c *checks) checkChat(chat *messenger.Chat) string {
	switch {
	case chat.ID == messenger.ID{}:
		return "chat_id is missing"
	case !c.chat.takes(chat.ID[:]):
		return outOfOrder
	case !c.knows(chat.CreatedBy):
		return "a chat of an account that is not in the file"
	case chat.LastSeq < 0 || chat.LastSeq > 1<<53:
		return "last_seq is out of range"
	}
	c.ends[chat.ID] = chat.LastSeq
	c.expected += chat.LastSeq
	return nameProblem("chat_name", chat.Name)
}

func (c *checks) afterChats(events int64) string {
	if c.expected != events {
		return "the sum of the chats' last_seq is not the number of events in the first line"
	}
	return ""
}

func (c *checks) checkUser(u *messenger.User) string {
	switch _, found := c.ends[u.ChatID]; {
	case !c.user.takes(u.ChatID[:], u.ID[:]):
		return outOfOrder
	case u.ID == messenger.ID{}:
		return "user_id is missing"
	case !found:
		return "a user in a chat that is not in the file"
	case !c.knows(u.AccountID):
		return "a user of an account that is not in the file"
	}
	c.users[[2]messenger.ID{u.ChatID, u.ID}] = u.AccountID
	return nameProblem("user_name", u.Name)
}

func (c *checks) knows(account messenger.ID) bool {
	_, found := c.accounts[account]
	return found
}
