package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// etagBytes is the length of an entity tag: 32 hexadecimal digits and two quotes.
const etagBytes = 2 + 2*16

// Page is an encoded response body preceded by its entity tag; the caches hold it in
// this form. It must not be modified.
type Page []byte

// newPage derives the tag from the body alone, so every node gives the same one.
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

// Body is the response body.
func (p Page) Body() []byte { return p[etagBytes:] }

// Matches reports whether the values of If-None-Match include this page's tag, so the
// answer may be 304 (RFC 9110, 13.1.2).
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
