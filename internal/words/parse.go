package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseQuery reads what a person typed; every text is a query. All words are to be
// found, in any order. Words in quotes, "…", “…”, „…“ or «…», are a phrase; a quote that
// is not closed is punctuation. A minus at the start or after white space, and right before
// a word or a quoted phrase, excludes it; what is excluded without quotes goes on to the
// next white space or quoted phrase, so -foo-bar excludes the phrase "foo bar". Nothing
// else has a meaning: AND, OR, *, : and parentheses are words or separators as in any text.
//
// Each phrase is compared with those before it, so the caller limits the text's length.
func ParseQuery(text string) Query {
	parse := parser{words: newAnalyser(), rest: text, fresh: true}
	for parse.rest != "" {
		parse.step()
	}
	return parse.made
}

type parser struct {
	made  Query
	rest  string
	words *analyser
	// fresh says that rest is at the start or after white space.
	fresh bool
	// unclosed has the opening quotes that nothing in rest closes, so that the end of each kind is searched for once.
	unclosed []rune
}

// step takes what rest begins with: an exclusion, a phrase, a word, or one code point.
func (p *parser) step() {
	if p.fresh && p.rest[0] == '-' {
		if inner, size := p.excluded(p.rest[1:]); size > 0 {
			p.made.None = p.add(p.made.None, inner)
			p.skip(1 + size)
			return
		}
	}
	if inner, size := p.quoted(p.rest); size > 0 {
		p.include(inner)
		p.skip(size)
		return
	}
	first, size := decode(p.rest)
	if startsWord(first) {
		scan := scanner{text: p.rest}
		for _, more := scan.next(); more && scan.run.open; {
			_, more = scan.next()
		}
		p.include(p.rest[:scan.at])
		p.skip(scan.at)
		return
	}
	p.skip(size)
	p.fresh = unicode.IsSpace(first)
}

func (p *parser) skip(size int) {
	p.rest = p.rest[size:]
	p.fresh = false
}

// include adds the text as a phrase to what is to be found.
func (p *parser) include(text string) { p.made.All = p.add(p.made.All, text) }

// add adds the text as a phrase unless it has no word, or the phrase is there. A run of a script without spaces with
// which the phrase begins or ends may be part of a longer one in a text, so its first or last letter is not a word of
// the phrase.
func (p *parser) add(phrases []Phrase, text string) []Phrase {
	var made Phrase
	var last kind
	scan := scanner{text: text}
	for found, ok := scan.next(); ok; found, ok = scan.next() {
		if found.kind == inner || found.kind == edge && made == nil {
			continue
		}
		made = append(made, string(p.words.term(found.text)))
		last = found.kind
	}
	if last == edge {
		made = made[:len(made)-1]
	}
	same := func(phrase Phrase) bool { return slices.Equal(phrase, made) }
	if made == nil || slices.ContainsFunc(phrases, same) {
		return phrases
	}
	return append(phrases, made)
}

// excluded gives what a minus right before the text excludes and how many bytes that
// takes, none when the minus has no meaning.
func (p *parser) excluded(text string) (inner string, size int) {
	if inner, size = p.quoted(text); size > 0 {
		return inner, size
	}
	if first, _ := utf8.DecodeRuneInString(text); !startsWord(first) {
		return "", 0
	}
	for at, r := range text {
		if unicode.IsSpace(r) {
			return text[:at], at
		}
		if _, size := p.quoted(text[at:]); size > 0 {
			return text[:at], at
		}
	}
	return text, len(text)
}

// quoted gives what stands between the quotes that the text begins with and how many
// bytes that takes with them, none when it begins with no quote or it is not closed.
// It is called for later and later parts of the query.
func (p *parser) quoted(text string) (inner string, size int) {
	first, opening := utf8.DecodeRuneInString(text)
	closers := ""
	switch first {
	case '"':
		closers = `"`
	case '“':
		closers = `”`
	case '„':
		closers = `“”`
	case '«':
		closers = `»`
	default:
		return "", 0
	}
	if slices.Contains(p.unclosed, first) {
		return "", 0
	}
	length := strings.IndexAny(text[opening:], closers)
	if length < 0 {
		p.unclosed = append(p.unclosed, first)
		return "", 0
	}
	end := opening + length
	_, closing := utf8.DecodeRuneInString(text[end:])
	return text[opening:end], end + closing
}
