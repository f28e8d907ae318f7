package config

import (
	"net/textproto"
	"strings"
)

// HeaderName is the canonical name of a request header that may carry a session.
type HeaderName string

// UnmarshalText parses a header's name in any case.
func (h *HeaderName) UnmarshalText(text []byte) error {
	if !validToken(string(text)) {
		return invalidValue{"must be the name of an HTTP header", string(text)}
	}
	name := textproto.CanonicalMIMEHeaderKey(string(text))
	if reservedHeader(name) {
		return invalidValue{"must be a header without another use", string(text)}
	}
	*h = HeaderName(name)
	return nil
}

// reservedHeader reports whether HTTP, browsers, proxies or this server use the header, so that a session in it would be
// lost, changed or misread.
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

// Token is a token as HTTP defines it (RFC 9110, 5.6.2).
type Token string

// UnmarshalText parses a token.
func (t *Token) UnmarshalText(text []byte) error {
	if !validToken(string(text)) {
		return invalidValue{"must be one word of letters, digits and !#$%&'*+-.^_`|~", string(text)}
	}
	*t = Token(text)
	return nil
}

func validToken(text string) bool {
	return validName(text, "!#$%&'*+^`|~")
}
