package words

import (
	"strconv"
	"strings"
)

// filler is a token that no query can contain, since it is no letter and no digit.
const filler = "·"

// TSVector renders the document as the text of a PostgreSQL tsvector, to be cast with
// ::tsvector. No configuration, hence no parser of PostgreSQL's, has a part in it.
func (d Document) TSVector() string {
	size := 0
	for _, term := range d.Terms {
		size += len(term.Text) + len(` '':`) + len(term.Positions)*len("12345,")
	}
	var made strings.Builder
	made.Grow(size)
	var digits [8]byte
	for i, term := range d.Terms {
		if i > 0 {
			made.WriteByte(' ')
		}
		// A term has no quote and no backslash, so it needs no escaping.
		made.WriteByte('\'')
		made.WriteString(term.Text)
		made.WriteByte('\'')
		separator := byte(':')
		for _, position := range term.Positions {
			made.WriteByte(separator)
			made.Write(strconv.AppendInt(digits[:0], int64(position), 10))
			separator = ','
		}
	}
	return made.String()
}

// FTS5Text renders the document as terms between spaces, for SQLite's FTS5 with the
// tokenizer ascii, to which each is one token that it leaves as it is. A term with positions
// stands at each of them. Fillers stand for the positionless occurrences before position
// 16383, and before each of the terms that are positionless altogether, which come last.
func (d Document) FTS5Text() string {
	size := 0
	for _, at := range d.order {
		if at == positionless {
			size += len(filler) + 1
		} else {
			size += len(d.Terms[at].Text) + 1
		}
	}
	for _, term := range d.Terms {
		if len(term.Positions) == 0 {
			size += len(filler) + len(term.Text) + 2
		}
	}
	var made strings.Builder
	made.Grow(size)
	add := func(token string) {
		if made.Len() > 0 {
			made.WriteByte(' ')
		}
		made.WriteString(token)
	}
	for _, at := range d.order {
		if at == positionless {
			add(filler)
		} else {
			add(d.Terms[at].Text)
		}
	}
	for _, term := range d.Terms {
		if len(term.Positions) == 0 {
			add(filler)
			add(term.Text)
		}
	}
	return made.String()
}
