package contract_test

import (
	"fmt"
	"net/http"
	"testing"

	"messenger-api/internal/testkit"
)

// askedBy sends requests, each with another i in X-Forwarded-For. If all count as one address, they
// reach its limit; otherwise none does.
func askedBy(t *testing.T, s *testkit.Server, what string, one bool, headers func(i int) []string) {
	t.Helper()
	guest := s.Guest(t)
	ask := func(i int) testkit.Answer { return guest.Get("/v1/chats", headers(i)...) }
	if one {
		limited(t, ask)
		return
	}
	for i := range 30 {
		if answer := ask(i); answer.Status == http.StatusTooManyRequests {
			t.Errorf("%s: request %d met the limit of another", what, i)
		}
	}
}

func TestAddressesBehindProxies(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		for _, c := range []struct {
			what string
			one  bool
			via  func(i int) []string
		}{
			{"addresses", false, func(i int) []string { return via(fmt.Sprintf("10.1.0.%d", i)) }},
			{"the same address", true, func(int) []string { return via("10.1.1.1") }},
			{"what the client says of itself", true, func(i int) []string { return via(fmt.Sprintf("10.2.0.%d, 10.1.1.2", i)) }},
			{"the same, in headers of their own", true, func(i int) []string {
				return []string{"X-Forwarded-For", fmt.Sprintf("10.2.0.%d", i), "X-Forwarded-For", "10.1.1.3"}
			}},
			{"addresses behind what they say", false, func(i int) []string { return via(fmt.Sprintf("10.2.1.1, 10.1.2.%d", i)) }},
			{"addresses behind a second proxy", false, func(i int) []string { return via(fmt.Sprintf("10.1.3.%d,192.0.2.7", i)) }},
			{"the same, in headers of their own", false, func(i int) []string {
				return []string{"X-Forwarded-For", fmt.Sprintf("10.1.4.%d", i), "X-Forwarded-For", "192.0.2.7"}
			}},
			{"behind a proxy that is not trusted", true, func(i int) []string { return via(fmt.Sprintf("10.1.5.%d, 192.0.2.8", i)) }},
			{"hosts of one IPv6 network", true, func(i int) []string { return via(fmt.Sprintf("2001:db8:0:1::%x", i+1)) }},
			{"ports of one address", true, func(i int) []string { return via(fmt.Sprintf("10.1.6.1:%d", 1000+i)) }},
			{"ports of one IPv6 address", true, func(i int) []string { return via(fmt.Sprintf("[2001:db8:0:2::1]:%d", 1000+i)) }},
			{"IPv6 networks", false, func(i int) []string { return via(fmt.Sprintf("2001:db8:1:%x::1", i)) }},
			{"another header", true, func(i int) []string { return []string{"X-Real-IP", fmt.Sprintf("10.1.7.%d", i)} }},
			{"no addresses", true, func(i int) []string { return via(fmt.Sprintf("host-%d", i)) }},
		} {
			t.Run(c.what, func(t *testing.T) { askedBy(t, s, c.what, c.one, c.via) })
		}
	}, "THROTTLING_RPS=1", "TRUSTED_PROXIES=127.0.0.1,192.0.2.7")
}

func TestNoProxyIsTrusted(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		askedBy(t, s, "who is not believed", true, func(i int) []string { return via(fmt.Sprintf("10.1.0.%d", i)) })
	}, "THROTTLING_RPS=1", "TRUSTED_PROXIES=none")
}

func TestLoopbackIsTrusted(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		askedBy(t, s, "addresses", false, func(i int) []string { return via(fmt.Sprintf("10.1.0.%d", i)) })
	}, "THROTTLING_RPS=1")
}
