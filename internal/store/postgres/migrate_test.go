package postgres_test

import (
	"testing"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/testkit"
)

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	var group errgroup.Group
	for range 8 {
		store := openStore(t, environment)
		group.Go(func() error { return store.Migrate(t.Context()) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	steps, err := openStore(t, environment).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		if step.AppliedAt.IsZero() {
			t.Errorf("migration %s: want applied, got pending", step.Name)
		}
	}
}

func TestStatusOfAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	steps, err := openStore(t, testkit.Postgres(t)).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) == 0 || !steps[0].AppliedAt.IsZero() {
		t.Errorf("want pending migrations, got %v", steps)
	}
}

// An older binary must work with the schema of a newer one, which may have more columns, tables
// and migrations.
func TestOlderBinaryOnNewerSchema(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	for _, statement := range []string{
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)",
		"ALTER TABLE events ADD COLUMN of_the_future text",
		"ALTER TABLE chats ADD COLUMN of_the_future bigint NOT NULL DEFAULT 0",
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatalf("want a newer schema to be unchanged, got %v", err)
	}
	user := member(t, store)
	appended, err := store.AppendMessages(t.Context(), batch(message(user, "hello")))
	if err != nil || appended[0].Err != nil {
		t.Fatalf("want a send to work, got %v, %v", appended, err)
	}
}
