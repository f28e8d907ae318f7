package operator

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// withEveryCache runs a test with each setup of caches in which sessions that a command ends are refused
// within a second. With PostgreSQL and the cache in memory it takes a minute, too long for a test.
func withEveryCache(t *testing.T, test func(t *testing.T, settings []string)) {
	t.Helper()
	t.Parallel()
	redis := []string{"CACHE_TYPE=redis", "REDIS_URL=" + cachetest.RedisURL(t).String()}
	for name, settings := range map[string]func() []string{
		"embedded":                 func() []string { return testkit.Embedded(t) },
		"embedded and Redis":       func() []string { return append(testkit.Embedded(t), redis...) },
		"PostgreSQL and Redis":     func() []string { return append(testkit.Postgres(t), redis...) },
		"PostgreSQL without cache": func() []string { return append(testkit.Postgres(t), "APPS=auth,api") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, settings())
		})
	}
}

// awaitEnd waits until a session is refused: it takes about a second, much less than the minute for which a
// cached session is trusted.
func awaitEnd(t *testing.T, client *testkit.Client) {
	t.Helper()
	// A minute after its look-up the session would be read from the database in any case.
	await.Within(t, 20*time.Second, "the session is over", func() bool {
		answer := client.Get("/v1/auth/sessions")
		if answer.Status == http.StatusOK {
			return false
		}
		answer.Refused(http.StatusUnauthorized, "invalid-session-id")
		return true
	})
}

// logIn tries to log in, and checks the code; an empty one is success.
func logIn(t *testing.T, server *testkit.Process, name, password, code string) *testkit.Client {
	t.Helper()
	guest := server.Guest(t)
	if code == "" {
		client := guest.LogIn(name, password)
		client.Get("/v1/auth/sessions").Want(http.StatusOK) // it is cached now
		return client
	}
	guest.Post("/v1/auth/login", map[string]string{"user_name": name, "password": password}).Refused(http.StatusBadRequest, code)
	return nil
}

// command runs a command that must succeed.
func command(t *testing.T, settings []string, input string, arguments ...string) string {
	t.Helper()
	result := testkit.RunBinary(t, settings, input, arguments...)
	if result.Code != 0 {
		t.Fatalf("messenger-api %q: %+v", arguments, result)
	}
	return result.Stdout
}

// Accounts can be managed by commands while a server runs, which follows the changes.
func TestAccounts(t *testing.T) {
	withEveryCache(t, func(t *testing.T, settings []string) {
		server := testkit.StartBinary(t, settings...)
		command(t, settings, "first secret\n", "user", "create", "alice")
		first := logIn(t, server, "alice", "first secret", "")

		printed := command(t, settings, "second secret", "user", "passwd", "alice")
		awaitEnd(t, first)
		if !strings.Contains(printed, "; 1 session ended\n") {
			t.Errorf("passwd printed %q", printed)
		}
		logIn(t, server, "alice", "first secret", "bad-password")
		second := logIn(t, server, "alice", "second secret", "")

		command(t, settings, "", "user", "disable", "alice")
		awaitEnd(t, second)
		logIn(t, server, "alice", "second secret", "bad-password")
		command(t, settings, "", "user", "disable", "alice") // disabling twice is no error
		command(t, settings, "", "user", "enable", "alice")
		logIn(t, server, "alice", "second secret", "")
		command(t, settings, "", "user", "disable", "alice")
		command(t, settings, "third secret\n", "user", "passwd", "alice") // enables
		logIn(t, server, "alice", "third secret", "")
		for _, secret := range []string{"first secret", "second secret", "third secret"} {
			if strings.Contains(server.Logs(), secret) {
				t.Errorf("the log has %q", secret)
			}
		}
	})
}

// Sessions are revoked by account, by id, or all; others remain open.
func TestRevoke(t *testing.T) {
	withEveryCache(t, func(t *testing.T, settings []string) {
		server := testkit.StartBinary(t, settings...)
		alice, boris := server.As(t, "alice"), server.As(t, "boris")
		one, other := logIn(t, server, "alice", testkit.Password, ""), logIn(t, server, "alice", testkit.Password, "")
		var current string
		var list struct {
			Sessions []struct {
				ID      string `json:"id"`
				Current bool   `json:"current"`
			} `json:"sessions"`
		}
		one.Get("/v1/auth/sessions").Want(http.StatusOK).Decode(&list)
		for _, session := range list.Sessions {
			if session.Current {
				current = session.ID
			}
		}
		command(t, settings, "", "sessions", "revoke", "--session", current)
		awaitEnd(t, one)
		other.Get("/v1/auth/sessions").Want(http.StatusOK)
		if result := testkit.RunBinary(t, settings, "", "sessions", "revoke", "--session", current); result.Code != 1 {
			t.Errorf("revoked twice: %+v", result)
		}
		printed := command(t, settings, "", "sessions", "revoke", "--user", "alice")
		if !strings.Contains(printed, "; 2 sessions ended\n") {
			t.Errorf("revoke printed %q", printed)
		}
		awaitEnd(t, alice)
		awaitEnd(t, other)
		boris.Get("/v1/auth/sessions").Want(http.StatusOK)
		command(t, settings, "", "sessions", "revoke", "--all")
		awaitEnd(t, boris)
		logIn(t, server, "boris", testkit.Password, "")
	})
}

// The list has every account once, sorted by name, without its hash.
func TestUserList(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		command(t, database, "", "migrate", "up")
		for _, name := range []string{"zoe", "anna", "line", "Émile"} {
			command(t, database, "secret", "user", "create", name)
		}
		testkit.ExecuteSQL(t, database, "UPDATE accounts SET user_name = 'line\nbreak' WHERE user_name = 'line'") // a name of an earlier version
		command(t, database, "", "user", "disable", "zoe")
		printed := command(t, database, "", "user", "list")
		var names []string
		for _, line := range strings.Split(strings.TrimSpace(printed), "\n") {
			fields := strings.Fields(line)
			if len(fields) != 3 || (fields[2] == "zoe") != (fields[1] != "-" && fields[1] != "DISABLED") {
				t.Errorf("the line %q", line)
			}
			names = append(names, fields[2])
		}
		if got, want := strings.Join(names, " "), `NAME anna anonymous "line\nbreak" zoe Émile`; got != want {
			t.Errorf("listed %s, want %s", got, want)
		}
		if strings.Contains(printed, "argon2") {
			t.Errorf("the list has a hash:\n%s", printed)
		}
		page := command(t, database, "", "user", "list", "--after", "anna", "--limit", "1")
		if strings.Count(page, "\n") != 2 || !strings.Contains(page, "anonymous") {
			t.Errorf("a page of one:\n%s", page)
		}
	})
}

func TestAccountRefusals(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		early := testkit.RunBinary(t, database, "secret", "user", "create", "alice")
		if early.Code != 1 || !strings.Contains(early.Stderr, "migrate up") {
			t.Errorf("without a schema: %+v", early)
		}
		command(t, database, "", "migrate", "up")
		command(t, database, "secret", "user", "create", "alice")
		for line, refusal := range map[string]struct {
			input string
			code  int
			words string
		}{
			"user create alice":                    {"secret", 1, "user-already-exists"},
			"user create boris":                    {"", 1, "no password"},
			"user create anonymous":                {"secret", 1, "user-already-exists"},
			"user passwd nobody":                   {"secret", 1, "user-not-found"},
			"user passwd alice":                    {strings.Repeat("x", 1025), 1, "bad-parameters"},
			"user passwd anonymous":                {"secret", 1, "built-in"},
			"user disable anonymous":               {"", 1, "built-in"},
			"user enable nobody":                   {"", 1, "user-not-found"},
			"user create boris secret":             {"", 2, "unexpected argument"},
			"user":                                 {"", 2, "expected"},
			"sessions revoke":                      {"", 2, "--user"},
			"sessions revoke --all --user alice":   {"", 2, "can't be used together"},
			"sessions revoke --user nobody":        {"", 1, "user-not-found"},
			"sessions revoke --session no-session": {"", 1, "session-not-found"},
			"user create boris\xff":                {"secret", 1, "valid UTF-8"},
			"user passwd alice\xff":                {"secret", 1, "valid UTF-8"},
			"user disable \xff":                    {"", 1, "valid UTF-8"},
			"user enable \xff":                     {"", 1, "valid UTF-8"},
			"sessions revoke --user=\xff":          {"", 1, "valid UTF-8"},
			"user list --limit=-1":                 {"", 2, "--limit must be 0 or more"},
			"user list --after \xed\xa0\x80":       {"", 2, "valid UTF-8"},
		} {
			result := testkit.RunBinary(t, database, refusal.input, strings.Fields(line)...)
			if result.Code != refusal.code || result.Stdout != "" || !strings.Contains(result.Stderr, refusal.words) {
				t.Errorf("%s: %+v, want %d and %q", line, result, refusal.code, refusal.words)
			}
			if strings.Contains(result.Stderr, "xxxx") {
				t.Errorf("%s: the error has the password", line)
			}
		}
	})
}
