package main

import (
	"fmt"
	"iter"
	"time"

	"messenger-api/internal/messenger"
)

// grown is a database of a shape.
type grown struct {
	shape

	lab      *lab
	database *database
}

// row are the values of a row, in the order of the table's columns. Ids are messenger.IDs.
type row = []any

// tableRows are the rows of a table to be filled.
type tableRows struct {
	name    string
	columns []string
	rows    iter.Seq[row]
}

// people returns the rows of all tables except events.
func (g *grown) people() []tableRows {
	return []tableRows{
		{"accounts", []string{"account_id", "user_name", "password_hash", "created_at"}, func(yield func(row) bool) {
			for i := range g.accounts {
				if !yield(row{g.id(accountID, i, 0), fmt.Sprintf("account-%d", i), "hash", g.start}) {
					return
				}
			}
		}},
		{"sessions", []string{"token_hash", "session_id", "account_id", "created_at", "expires_at", "address", "user_agent"}, g.sessions},
		{"chats", []string{"chat_id", "chat_name", "created_by", "created_at"}, func(yield func(row) bool) {
			for i := range g.chats() {
				if !yield(row{g.id(chatID, i, 0), g.chatName(i), g.id(accountID, everywhere, 0), g.start}) {
					return
				}
			}
		}},
		{"chat_users", []string{"chat_id", "user_id", "account_id", "user_name", "created_at"}, func(yield func(row) bool) {
			for chat := range g.chats() {
				for user := range g.usersOf(chat) {
					if !yield(row{
						g.id(chatID, chat, 0), g.id(userID, user, chat), g.id(accountID, g.accountOf(chat, user), 0),
						fmt.Sprintf("user %d", user), g.start,
					}) {
						return
					}
				}
			}
		}},
	}
}

// sessions are one of each account; those of the special ones are known.
func (g *grown) sessions(yield func(row) bool) {
	for i := range g.accounts {
		secret := token(i)
		if i >= specialAccounts {
			secret = messenger.Token(g.id(sessionID, i, 1))
		}
		hash := secret.Hash()
		if !yield(row{hash[:], g.id(sessionID, i, 0), g.id(accountID, i, 0), g.start, time.Now().Add(year), "127.0.0.1", "bench"}) {
			return
		}
	}
}

// event is the row of a message, in the order of eventColumns.
func (g *grown) event(m grownMessage) row {
	return row{
		g.id(chatID, m.chat, 0), m.seq, int64(1), m.at, g.id(accountID, m.account, 0), g.id(userID, m.user, m.chat),
		messageID(m.at), m.text,
	}
}
