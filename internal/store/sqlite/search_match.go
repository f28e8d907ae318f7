package sqlite

import (
	"encoding/hex"
	"strconv"
	"strings"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// A token of the index is a word's term with its chat's number before it, as in
// 12·word: so a search walks through what its chats have of a word, never through
// what the other chats have. No term has anything but letters, digits and marks in it, so
// that 12·· and an id is no word but the author.
const tokenSeparator = "·"

func tokenPrefix(chat int64) string { return strconv.FormatInt(chat, 10) + tokenSeparator }

// tokens turns a document's sequence into the index's tokens, in their places, and adds the author.
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

// matchExpression is the query as FTS5 reads it, for one chat and, where it is not zero, one author:
// ("12·a" AND "12·b 12·c" AND "12··…") NOT ("12·d" OR "12·e"). The quotes make each term plain text.
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
