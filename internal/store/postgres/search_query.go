package postgres

import (
	"strings"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// renderQuery writes the query as the text of a tsquery, for a cast: PostgreSQL's own
// analyser has no part in it. A term has nothing in it that would need an escape.
func renderQuery(query words.Query) string {
	var made strings.Builder
	for i, phrase := range query.All {
		if i > 0 {
			made.WriteString(" & ")
		}
		writePhrase(&made, phrase)
	}
	for _, phrase := range query.None {
		made.WriteString(" & !")
		writePhrase(&made, phrase)
	}
	return made.String()
}

// writePhrase: a <-> b <-> c is (a <-> b) <-> c, and where a <-> b is found is where b is.
func writePhrase(made *strings.Builder, phrase words.Phrase) {
	made.WriteByte('(')
	for i, term := range phrase {
		if i > 0 {
			made.WriteString(" <-> ")
		}
		made.WriteByte('\'')
		made.WriteString(term)
		made.WriteByte('\'')
	}
	made.WriteByte(')')
}

// inChats narrows a rendered query down to some chats, one at least.
func inChats(query string, chats []messenger.ID) string {
	var made strings.Builder
	made.WriteString(query)
	made.WriteString(" & (")
	for i, chat := range chats {
		if i > 0 {
			made.WriteString(" | ")
		}
		made.WriteString(quotedChat(chat))
	}
	made.WriteByte(')')
	return made.String()
}
