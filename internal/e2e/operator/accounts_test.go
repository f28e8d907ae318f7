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

// withEveryCache runs a test with each way to keep sessions in which what a command
// ends is over soon. With the cache in memory on PostgreSQL an entry is believed for
// a minute: too long to wait for here.
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

// awaitEnd wants a session to be over: much sooner than the minute for which an
// entry is believed where nobody tells, and about a second is what it takes.
func awaitEnd(t *testing.T, client *testkit.Client) {
	t.Helper()
	// A minute after it was looked up the session would be asked for anew in any case.
	await.Within(t, 20*time.Second, "the session is over", func() bool {
		answer := client.Get("/v1/auth/sessions")
		if answer.Status == http.StatusOK {
			return false
		}
		answer.Refused(http.StatusUnauthorized, "invalid-session-id")
		return true
	})
}

// logIn tries to log in, and wants this code, or success for the empty one.
func logIn(t *testing.T, server *testkit.Process, name, password, code string) *testkit.Client {
	t.Helper()
	guest := server.Guest(t)
	if code == "" {
		client := guest.LogIn(name, password)
		client.Get("/v1/auth/sessions").Want(http.StatusOK) // it is in the cache now
		return client
	}
	guest.Post("/v1/auth/login", map[string]string{"user_name": name, "password": password}).Refused(http.StatusBadRequest, code)
	return nil
}

// command runs one that has to succeed.
func command(t *testing.T, settings []string, input string, arguments ...string) string {
	t.Helper()
	result := testkit.RunBinary(t, settings, input, arguments...)
	if result.Code != 0 {
		t.Fatalf("messenger-api %q: %+v", arguments, result)
	}
	return result.Stdout
}

// An operator looks after accounts beside a server that runs, which follows.
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
		command(t, settings, "", "user", "disable", "alice") // twice is no error
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

// Sessions are revoked by account, by id, or all; those of others go on.
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

// The list has every account once, by name, and none of its hash.
func TestUserList(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		command(t, database, "", "migrate", "up")
		for _, name := range []string{"zoe", "anna", "line", "Émile"} {
			command(t, database, "secret", "user", "create", name)
		}
		testkit.ExecuteSQL(t, database, "UPDATE accounts SET user_name = 'line\nbreak' WHERE user_name = 'line'") // an old one
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
