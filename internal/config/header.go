package config

import (
	"net/textproto"
	"strings"
)

// HeaderName is the canonical name of a request header that is free to carry a session.
type HeaderName string

// UnmarshalText reads a header's name in any case.
func (h *HeaderName) UnmarshalText(text []byte) error {
	if !validToken(string(text)) {
		return refusal{"must be the name of an HTTP header", string(text)}
	}
	name := textproto.CanonicalMIMEHeaderKey(string(text))
	if reservedHeader(name) {
		return refusal{"must be a header without another use", string(text)}
	}
	*h = HeaderName(name)
	return nil
}

// reservedHeader tells whether HTTP, browsers, proxies or this server give the header a meaning, by which a session in
// it would be lost, changed or misread.
func reservedHeader(canonical string) bool {
	switch canonical {
	case "Accept", "Host", "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
		"Cookie", "Date", "Forwarded", "Origin", "Prefer", "Range", "Referer", "Traceparent", "Tracestate", "User-Agent", "Via", "X-Real-Ip", "X-Request-Id":
		return true
	}
	for _, prefix := range []string{"Accept-", "Access-Control-", "Content-", "If-", "Proxy-", "Sec-", "X-Forwarded-"} {
		if strings.HasPrefix(canonical, prefix) {
			return true
		}
	}
	return false
}

// Token is a word of HTTP's token characters.
type Token string

// UnmarshalText reads a token.
func (t *Token) UnmarshalText(text []byte) error {
	if !validToken(string(text)) {
		return refusal{"must be one word of letters, digits and !#$%&'*+-.^_`|~", string(text)}
	}
	*t = Token(text)
	return nil
}

func validToken(text string) bool {
	return validName(text, "!#$%&'*+^`|~")
}
