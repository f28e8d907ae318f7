package abuse_test

import (
	"fmt"
	"net/http"
	"testing"

	"messenger-api/internal/testkit"
)

// logInFrom tries to log in from an address.
func logInFrom(t *testing.T, s *testkit.Server, address, name, password string) testkit.Answer {
	t.Helper()
	return s.Guest(t).Post("/v1/auth/login", map[string]string{"user_name": name, "password": password}, "X-Forwarded-For", address)
}

// guessFrom tries wrong passwords from addresses and returns how many were checked.
func guessFrom(t *testing.T, s *testkit.Server, name string, each int, addresses ...string) (judged int) {
	t.Helper()
	for range each {
		for _, address := range addresses {
			if logInFrom(t, s, address, name, "wrong").Status == http.StatusBadRequest {
				judged++
			}
		}
	}
	return judged
}

func addresses(count int, form string) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf(form, i)
	}
	return all
}

// Wrong passwords from many networks can lock an account for other networks, but not for an address from
// which the owner has logged in recently.
func TestLockingAnOwnerOut(t *testing.T) {
	t.Parallel()
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// So slow that no attempt is allowed again during the test.
			s := testkit.Start(t, append(database, "THROTTLING_AUTH_RPM=2")...)
			s.As(t, "alice")
			const home, homeV6 = "192.0.2.7", "2001:db8:7:7::1"
			logInFrom(t, s, home, "alice", testkit.Password).Want(http.StatusOK)
			logInFrom(t, s, homeV6, "alice", testkit.Password).Want(http.StatusOK)

			// A /60 is within one /56, a /52 within one /48.
			if judged := guessFrom(t, s, "alice", 2, addresses(16, "2001:db8:1:%x::1")...); judged < 4 || judged > 6 {
				t.Errorf("%d guesses of a /60 were judged, want 4", judged)
			}
			if judged := guessFrom(t, s, "alice", 2, addresses(16, "2001:db8:2:%x00::1")...); judged < 8 || judged > 10 {
				t.Errorf("%d guesses of a /52 were judged, want 8", judged)
			}
			logInFrom(t, s, "198.51.100.1", "alice", testkit.Password).Want(http.StatusOK)

			// Many networks.
			guessFrom(t, s, "alice", 2, addresses(20, "203.0.113.%d")...)
			logInFrom(t, s, "198.51.100.2", "alice", testkit.Password).Refused(http.StatusTooManyRequests, "request-limit-exceeded")
			for _, address := range []string{home, homeV6, "2001:db8:7:7::2"} {
				logInFrom(t, s, address, "alice", testkit.Password).Want(http.StatusOK)
			}

			// Wrong passwords for other names from the owner's address.
			guessFrom(t, s, "bob", 5, home)
			logInFrom(t, s, home, "bob", "wrong").Refused(http.StatusTooManyRequests, "request-limit-exceeded")
			for range 5 {
				logInFrom(t, s, home, "alice", testkit.Password).Want(http.StatusOK)
			}

			// Wrong passwords from the owner's address are limited, too.
			if judged := guessFrom(t, s, "alice", 10, home); judged < 1 || judged > 4 {
				t.Errorf("%d guesses from the owner's address were judged, want 2", judged)
			}
		})
	}
}
