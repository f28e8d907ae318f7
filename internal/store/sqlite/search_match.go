package sqlite

import (
	"encoding/hex"
	"strconv"
	"strings"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// A token of the index is the chat's number and a term, as in 12·word, so that a search reads only
// the entries of its chats; or the author, as in 12··id. Terms have only letters, digits and marks,
// so the separator is unambiguous.
const tokenSeparator = "·"

func tokenPrefix(chat int64) string { return strconv.FormatInt(chat, 10) + tokenSeparator }

// tokens returns the index's tokens for a document's terms, at the same positions, and the author.
func tokens(chat int64, sequence string, author messenger.ID) string {
	prefix := tokenPrefix(chat)
	if sequence != "" {
		sequence = prefix + strings.ReplaceAll(sequence, " ", " "+prefix) + " "
	}
	return sequence + authorToken(prefix, author)
}

func authorToken(prefix string, author messenger.ID) string {
	return prefix + tokenSeparator + hex.EncodeToString(author[:])
}

// matchExpression returns the FTS5 expression of the query for one chat and, unless it is zero, one
// author: ("12·a" AND "12·b 12·c" AND "12··…") NOT ("12·d" OR "12·e"). Quotes escape the terms.
func matchExpression(query words.Query, chat int64, author messenger.ID) string {
	prefix := tokenPrefix(chat)
	var expression strings.Builder
	expression.WriteByte('(')
	writePhrases(&expression, prefix, query.All, " AND ")
	if author != (messenger.ID{}) {
		expression.WriteString(` AND "` + authorToken(prefix, author) + `"`)
	}
	expression.WriteByte(')')
	if len(query.None) > 0 {
		expression.WriteString(" NOT (")
		writePhrases(&expression, prefix, query.None, " OR ")
		expression.WriteByte(')')
	}
	return expression.String()
}

func writePhrases(expression *strings.Builder, prefix string, phrases []words.Phrase, operator string) {
	for i, phrase := range phrases {
		if i > 0 {
			expression.WriteString(operator)
		}
		expression.WriteByte('"')
		for j, term := range phrase {
			if j > 0 {
				expression.WriteByte(' ')
			}
			expression.WriteString(prefix + term)
		}
		expression.WriteByte('"')
	}
}
