package sqlite

import (
	"strconv"
	"strings"

	"messenger-api/internal/words"
)

// A token of the index is a word's term with its chat's number before it, as in
// 12·word: so a search walks through what its chats have of a word, never through
// what the other chats have. No term has anything but letters, digits and marks in it.
const (
	tokenSeparator = "·"
	// chatPlace stands for the chat's number in an expression; SQL fills it in.
	chatPlace = "@"
)

// tokens turns a document's sequence into the index's tokens, in their places.
func tokens(chat int64, sequence string) string {
	if sequence == "" {
		return ""
	}
	prefix := strconv.FormatInt(chat, 10) + tokenSeparator
	return prefix + strings.ReplaceAll(sequence, " ", " "+prefix)
}

// matchExpression is the query as FTS5 reads it, with chatPlace in it:
// ("@·a" AND "@·b @·c") NOT ("@·d" OR "@·e"). The quotes make each term plain text.
func matchExpression(query words.Query) string {
	var expression strings.Builder
	writePhrases(&expression, query.All, " AND ")
	if len(query.None) > 0 {
		expression.WriteString(" NOT ")
		writePhrases(&expression, query.None, " OR ")
	}
	return expression.String()
}

func writePhrases(expression *strings.Builder, phrases []words.Phrase, operator string) {
	for i, phrase := range phrases {
		if i == 0 {
			expression.WriteString(`("`)
		} else {
			expression.WriteString(`"` + operator + `"`)
		}
		for j, term := range phrase {
			if j > 0 {
				expression.WriteByte(' ')
			}
			expression.WriteString(chatPlace + tokenSeparator + term)
		}
	}
	expression.WriteString(`")`)
}
