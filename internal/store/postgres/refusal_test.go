package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/logtext"
)

// What the server refuses is an error in the log, once, with what to do; sends fail at once, and go on once the server
// takes them.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code, advice string
		// refuse and mend are statements, in which $user, $password and $database stand for those of the test.
		refuse, mend string
	}{
		"password":    {"28P01", "POSTGRES_PWD", "ALTER ROLE $user PASSWORD 'another'", "ALTER ROLE $user PASSWORD '$password'"},
		"log-in":      {"28000", "pg_hba.conf", "ALTER ROLE $user NOLOGIN", "ALTER ROLE $user LOGIN"},
		"connect":     {"42501", "docs/deploy.md", "REVOKE CONNECT ON DATABASE $database FROM PUBLIC", "GRANT CONNECT ON DATABASE $database TO PUBLIC"},
		"connections": {"53300", "POOL_SIZE", "ALTER ROLE $user CONNECTION LIMIT 0", "ALTER ROLE $user CONNECTION LIMIT -1"},
		"one table":   {"42501", "docs/deploy.md", "REVOKE INSERT ON events FROM $user", "GRANT INSERT ON events TO $user"},
		"schema":      {"42P01", "docs/deploy.md", "REVOKE USAGE ON SCHEMA public FROM PUBLIC, $user", "GRANT USAGE ON SCHEMA public TO PUBLIC, $user"},
		"no writes":   {"25006", "primary", "ALTER ROLE $user SET default_transaction_read_only = on", "ALTER ROLE $user RESET default_transaction_read_only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := testkit.Postgres(t)
			limited := testkit.LimitedUser(t, environment)
			role, password, database := setting(limited, "POSTGRES_USER"), setting(limited, "POSTGRES_PWD"), setting(limited, "POSTGRES_DB")
			run := func(statement string) {
				statement = strings.NewReplacer("$user", role, "$password", password, "$database", database).Replace(statement)
				testkit.AsOwner(t, environment, statement)
				testkit.AsOwner(t, environment, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+role+"'")
			}
			logged := &logtext.Lines{}
			store := openLogged(t, limited, slog.New(slog.NewTextHandler(logged, nil)))
			if err := store.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			var watching sync.WaitGroup
			watching.Go(func() { _ = store.WatchHosts(ctx) })
			defer watching.Wait()
			defer stop()
			service := messenger.NewService(store, nil, messenger.Options{CommitsAtOnce: 1, MessageMaxBytes: 10}, slog.New(slog.DiscardHandler))
			user := member(t, store)
			send := func() error {
				_, err := service.Send(t.Context(), messenger.Draft{AccountID: user.AccountID, ChatID: user.ChatID, UserID: user.ID, Text: "text"})
				return err
			}

			run(test.refuse)
			await.Until(t, "it counts as refused", func() bool {
				_ = send()
				return store.Refused()
			})
			// Of a server that takes no writes there may soon be one that does: that is waited for.
			if err := send(); test.code != "25006" && (!errs.Is(err, errs.Unavailable) || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), test.code)) {
				t.Errorf("a send that is refused: %v; want it to fail at once", err)
			}
			if logged.Has("level=ERROR") != 1 || logged.Has(test.advice) == 0 || logged.Has(password) > 0 {
				t.Errorf("the log does not say once what to do:\n%s", logged)
			}
			run(test.mend)
			await.Until(t, "sends go on", func() bool { return send() == nil })
			await.Until(t, "it does not count as refused", func() bool { return !store.Refused() })
		})
	}
}

// setting is the last one of that name.
func setting(environment []string, name string) (value string) {
	for _, entry := range environment {
		if given, ok := strings.CutPrefix(entry, name+"="); ok {
			value = given
		}
	}
	return value
}
