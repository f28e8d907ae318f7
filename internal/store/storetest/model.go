package storetest

import (
	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// model is the simplest implementation of a Store's chats: in memory, not for concurrent use.
type model struct {
	chats map[messenger.ID]*modelChat
}

type modelChat struct {
	users []messenger.User
	log   []messenger.Message
}

func newModel() *model { return &model{chats: map[messenger.ID]*modelChat{}} }

func (m *model) create(chat messenger.ID) { m.chats[chat] = &modelChat{} }

func (m *model) join(user messenger.User) (messenger.User, error) {
	chat := m.chats[user.ChatID]
	if chat == nil {
		return messenger.User{}, errs.ErrChatNotFound
	}
	for _, there := range chat.users {
		if there.Name == user.Name {
			return there, nil
		}
	}
	chat.users = append(chat.users, user)
	return user, nil
}

func (m *model) append(batch []messenger.Message) []messenger.AppendResult {
	answers := make([]messenger.AppendResult, len(batch))
	for i, sent := range batch {
		answers[i] = m.appendOne(sent)
	}
	return answers
}

func (m *model) appendOne(sent messenger.Message) messenger.AppendResult {
	chat := m.chats[sent.ChatID]
	if chat == nil {
		return refused(errs.ErrChatNotFound)
	}
	name, ok := chat.userName(sent)
	if !ok {
		return refused(errs.ErrUserNotFound)
	}
	for _, first := range chat.log {
		sameKey := sent.ClientMessageID != "" &&
			first.ClientMessageID == sent.ClientMessageID && first.AccountID == sent.AccountID
		if sameKey || first.ID == sent.ID {
			return repeated(first, first.Seq)
		}
	}
	sent.UserName, sent.Seq = name, int64(len(chat.log)+1)
	chat.log = append(chat.log, sent)
	return stored(sent, sent.Seq)
}

func (c *modelChat) userName(sent messenger.Message) (name string, ok bool) {
	for _, user := range c.users {
		if user.ID == sent.UserID && user.AccountID == sent.AccountID {
			return user.Name, true
		}
	}
	return "", false
}

func (m *model) page(chat messenger.ID, before int64, limit int) []messenger.Message {
	var page []messenger.Message
	if there := m.chats[chat]; there != nil {
		for i := len(there.log) - 1; i >= 0 && len(page) < limit; i-- {
			if there.log[i].Seq < before {
				page = append(page, there.log[i])
			}
		}
	}
	return page
}
