package postgres

import (
	"encoding/base64"
	"strconv"
	"strings"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// A lexeme of the index is a prefix with the chat's number and the block, and a term, as in
// 1f|word and 1f.2|word, or the author, as in 1f@id; the block is left out where it is 0. Terms
// have only letters, digits and marks, so the separators are unambiguous.
const (
	blockSign  = "."
	termSign   = "|"
	authorSign = "@"
	// prefixSign is the placeholder of the prefix in a rendered query; SQL replaces it.
	prefixSign = "#"
)

// lexemePrefix returns the prefix of a message's lexemes.
func lexemePrefix(chat, seq int64) string {
	prefix := strconv.FormatInt(chat, 16)
	if block := seq / search.BlockMessages; block > 0 {
		prefix += blockSign + strconv.FormatInt(block, 16)
	}
	return prefix
}

// renderQuery returns the text of a tsquery with prefixSign as the prefix. It is for a cast,
// which does not use a text search configuration of PostgreSQL. Terms need no escaping.
func renderQuery(query words.Query) string {
	var tsquery strings.Builder
	for i, phrase := range query.All {
		if i > 0 {
			tsquery.WriteString(" & ")
		}
		writePhrase(&tsquery, phrase)
	}
	for _, phrase := range query.None {
		tsquery.WriteString(" & !")
		writePhrase(&tsquery, phrase)
	}
	return tsquery.String()
}

// writePhrase writes a <-> b <-> c, which is (a <-> b) <-> c: the position of a <-> b is that of b.
func writePhrase(tsquery *strings.Builder, phrase words.Phrase) {
	tsquery.WriteByte('(')
	for i, term := range phrase {
		if i > 0 {
			tsquery.WriteString(" <-> ")
		}
		tsquery.WriteString("'" + prefixSign + termSign + term + "'")
	}
	tsquery.WriteByte(')')
}

// authorFilter is appended to a rendered query to find only the author's messages; it is empty
// for the zero ID.
func authorFilter(prefix string, author messenger.ID) string {
	if author == (messenger.ID{}) {
		return ""
	}
	return " & " + authorLexeme(prefix, author)
}

func authorLexeme(prefix string, author messenger.ID) string {
	return "'" + prefix + authorSign + base64.RawURLEncoding.EncodeToString(author[:]) + "'"
}

// vectorOf returns the text of the tsvector of a message.
func vectorOf(chat int64, entry *search.Entry) string {
	prefix := lexemePrefix(chat, entry.Message.Seq)
	author := authorLexeme(prefix, entry.Message.UserID)
	vector := entry.Document.TSVector()
	if vector == "" {
		return author
	}
	// The first quote, and each that follows a space, begins a term.
	begin := "'" + prefix + termSign
	return begin + strings.ReplaceAll(vector[1:], " '", " "+begin) + " " + author
}
