package postgres

import (
	"encoding/base64"
	"strconv"
	"strings"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// A lexeme of the index is a word's term with its chat's number and block before it, as in
// 1f|word and 1f.2|word: no term has anything but letters, digits and marks in it. The first block
// is not written.
const (
	blockSign  = "."
	termSign   = "|"
	authorSign = "@"
	// placeSign stands for what comes before the terms in a rendered query; SQL fills it in.
	prefixSign = "#"
)

// blockOf gives what comes before the terms of a message.
func lexemePrefix(chat, seq int64) string {
	place := strconv.FormatInt(chat, 16)
	if block := seq / search.BlockMessages; block > 0 {
		place += blockSign + strconv.FormatInt(block, 16)
	}
	return place
}

// renderQuery writes the query as the text of a tsquery with placeSign in it, for a cast:
// PostgreSQL's own analyser has no part in it. A term has nothing in it that would need an escape.
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
		made.WriteString("'" + prefixSign + termSign + term + "'")
	}
	made.WriteByte(')')
}

// ofAuthor is what a rendered query ends with where only one author's messages are asked for.
func authorFilter(place string, author messenger.ID) string {
	if author == (messenger.ID{}) {
		return ""
	}
	return " & " + authorLexeme(place, author)
}

func authorLexeme(place string, author messenger.ID) string {
	return "'" + place + authorSign + base64.RawURLEncoding.EncodeToString(author[:]) + "'"
}

// vectorOf writes a message's terms as the text of a tsvector.
func vectorOf(chat int64, entry *search.Entry) string {
	place := lexemePrefix(chat, entry.Message.Seq)
	author := authorLexeme(place, entry.Message.UserID)
	vector := entry.Document.TSVector()
	if vector == "" {
		return author
	}
	// A quote that follows a space, and the first one, begins a term.
	begin := "'" + place + termSign
	return begin + strings.ReplaceAll(vector[1:], " '", " "+begin) + " " + author
}
