package contract_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// Wrong passwords are limited per address; correct ones don't count.
func TestLimitOfGuesses(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		guest := s.Guest(t)
		guest.Post("/v1/auth/register", credentials("alice", "x"), via("10.1.0.1")...).Empty(http.StatusCreated)
		logIn := func(name, password, address string) testkit.Answer {
			return guest.Post("/v1/auth/login", credentials(name, password), via(address)...)
		}
		for range 10 {
			logIn("alice", "x", "10.1.0.2").Want(http.StatusOK)
			logIn("alice", "", "10.1.0.2").Refused(http.StatusBadRequest, "bad-parameters")
			guest.Post("/v1/auth/register", credentials("", "x"), via("10.1.0.2")...).Refused(http.StatusBadRequest, "bad-parameters")
		}
		guesses := map[string]func(address string) testkit.Answer{
			"a password": func(a string) testkit.Answer { return logIn("alice", "wrong", a) },
			"a name":     func(a string) testkit.Answer { return logIn("nobody", "x", a) },
			"registrations": func(a string) testkit.Answer {
				return guest.Post("/v1/auth/register", credentials(fresh("bob"), "x"), via(a)...)
			},
		}
		network := 0
		for what, guess := range guesses {
			network++
			address := fmt.Sprintf("10.2.%d.1", network)
			for range 3 { // the burst
				if answer := guess(address); answer.Status == http.StatusTooManyRequests {
					t.Errorf("%s: too early: %s", what, answer)
				}
			}
			answer := limited(t, func(int) testkit.Answer { return guess(address) })
			if details := answer.Field("details"); !strings.Contains(details, "failed log-ins") {
				t.Errorf("%s: the details %q don't say what is limited", what, details)
			}
			if wait, err := strconv.Atoi(answer.Header.Get("Retry-After")); err != nil || wait > 20 {
				t.Errorf("%s: Retry-After is %q, want 20 at most", what, answer.Header.Get("Retry-After"))
			}
			// All wrong passwords from this address are refused now, and no other calls.
			limited(t, func(int) testkit.Answer { return logIn("alice", "wrong", address) })
			guest.Get("/ping", via(address)...).Empty(http.StatusOK)
			guest.Get("/v1/chats", via(address)...).Refused(http.StatusUnauthorized, "auth-failed")
			// One address does not lock an account.
			logIn("alice", "x", fmt.Sprintf("10.2.%d.2", network)).Want(http.StatusOK)
		}
	}, "THROTTLING_AUTH_RPM=3")
}

// The password can't be guessed with a stolen session.
func TestLimitOfPasswordChanges(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice := logInVia(t, s, "alice", "10.1.0")
		answer := limited(t, func(int) testkit.Answer {
			return alice.Post("/v1/auth/password", map[string]string{"password": "wrong", "new_password": "y"}, via("10.2.0.1")...)
		})
		if details := answer.Field("details"); !strings.Contains(details, "failed log-ins") {
			t.Errorf("the details %q don't say what is limited", details)
		}
		alice.Get("/v1/auth/sessions", via("10.2.0.1")...).Want(http.StatusOK)
		alice.Post("/v1/auth/password", map[string]string{"password": "x", "new_password": "y"}, via("10.2.0.2")...).Empty(http.StatusOK)
	}, "THROTTLING_AUTH_RPM=2")
}

// Correct log-ins don't count, however many are concurrent from one address.
func TestManyRightLogInsAtOnce(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		guest := s.Guest(t)
		guest.Post("/v1/auth/register", credentials("alice", "x"), via("10.1.0.1")...).Empty(http.StatusCreated)
		var group sync.WaitGroup
		for range 8 { // more than the limit, and few enough to take turns in time on a slow machine
			group.Go(func() {
				guest.Post("/v1/auth/login", credentials("alice", "x"), via("10.1.0.2")...).Want(http.StatusOK)
			})
		}
		group.Wait()
	}, "THROTTLING_AUTH_RPM=3", "TRUSTED_PROXIES=127.0.0.1")
}
