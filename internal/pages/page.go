package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// etagBytes is the length of an entity tag: 32 hexadecimal digits in quotes.
const etagBytes = 2 + 2*16

// Page is an encoded answer with its entity tag in front, which is how it lies
// in the caches. It must not be changed.
type Page []byte

// newPage puts the tag before the body. The tag is made of the body alone, so
// that every node gives the same one.
func newPage(body []byte) Page {
	sum := sha256.Sum256(body)
	page := make(Page, 0, etagBytes+len(body))
	page = append(page, '"')
	page = hex.AppendEncode(page, sum[:16])
	page = append(page, '"')
	return append(page, body...)
}

// ETag is the page's strong entity tag, with its quotes (RFC 9110, 8.8.3).
func (p Page) ETag() string { return string(p[:etagBytes]) }

// Body is the answer's body.
func (p Page) Body() []byte { return p[etagBytes:] }

// Matches reports whether the values of If-None-Match name this page: then the
// client has it (RFC 9110, 13.1.2).
func (p Page) Matches(ifNoneMatch []string) bool {
	for _, value := range ifNoneMatch {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == string(p[:etagBytes]) {
				return true
			}
		}
	}
	return false
}
