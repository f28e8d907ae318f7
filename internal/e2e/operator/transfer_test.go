package operator

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// databases are the kinds of databases.
var databases = map[string]func(testing.TB) []string{"embedded": testkit.Embedded, "postgres": testkit.Postgres}

func onBoth(t *testing.T, test func(t *testing.T, database []string)) {
	t.Helper()
	t.Parallel()
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// move imports a file into a database, exports that, and checks that the bytes are the same.
func move(t *testing.T, from []byte, database []string) {
	t.Helper()
	started := time.Now()
	testkit.MustRun(t, database, "import", file(t, from))
	imported := time.Now()
	if again := export(t, database); !bytes.Equal(again, from) {
		t.Fatalf("the export has other bytes:\n%s", difference(from, again))
	}
	t.Logf("imported in %v, exported in %v", imported.Sub(started), time.Since(imported))
}

func export(t *testing.T, database []string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export.jsonl")
	testkit.MustRun(t, database, "export", path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("the export has mode %v, want 0600", info.Mode())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// difference returns the first line that differs.
func difference(want, got []byte) string {
	wanted, gotten := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := range min(len(wanted), len(gotten)) {
		if !bytes.Equal(wanted[i], gotten[i]) {
			return string(wanted[i]) + "\n" + string(gotten[i])
		}
	}
	return "one is longer"
}

// The number of messages of the history, and of each chat that is not empty.
const (
	movedMessages = 32_000
	movedPerChat  = movedMessages / 40
)

// A history that is imported and exported by both databases, in either order, is unchanged; and a server with it
// accepts its sessions and passwords, and finds its words.
func TestMoveBetweenDatabases(t *testing.T) {
	t.Parallel()
	history := newArchive(t, movedMessages).encode(t)
	for name, route := range map[string][]string{
		"embedded, postgres, embedded": {"embedded", "postgres", "embedded"},
		"postgres, embedded, postgres": {"postgres", "embedded", "postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			for i, kind := range route {
				database := databases[kind](t)
				move(t, history, database)
				if i == len(route)-1 {
					useMoved(t, database)
					moveUsed(t, database, route[0], route[1])
				}
			}
		})
	}
}

// useMoved checks that a server works with the imported history.
func useMoved(t *testing.T, database []string) {
	t.Helper()
	server := testkit.StartBinary(t, database...)
	defer server.Terminate()
	alice := server.WithSession(t, token(0).Reveal())
	alice.Get("/v1/auth/sessions").Want(http.StatusOK)
	server.WithSession(t, token(2).Reveal()).Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
	again := server.Guest(t).LogIn("alice", testkit.Password)
	disabled := map[string]string{"user_name": oddNames[3], "password": testkit.Password}
	again.Post("/v1/auth/login", disabled).Refused(http.StatusBadRequest, "bad-password")

	chat := id(3, 0).String()
	if page := again.Page(chat, 3, ""); len(page.Messages) != 3 || page.Messages[0].Seq != movedPerChat {
		t.Errorf("the newest messages: %+v", page.Messages)
	}
	found := again.Find(messenger.SearchCreation{Message: "message 717 chat0"})
	if len(found) != 1 || found[0].Seq != 717 {
		t.Errorf("found %+v", found)
	}
	again.Send(chat, again.Join(chat, oddNames[0]), "after the move")
	if page := again.Page(chat, 1, ""); page.Messages[0].Seq != movedPerChat+1 || page.Messages[0].Text != "after the move" {
		t.Errorf("the newest message: %+v", page.Messages)
	}
	// A repeat of a message from before the import is recognized.
	user := id(4, 2).String()
	third := server.WithSession(t, token(1).Reveal())
	third.Post(testkit.MessagesPath(chat, user), `{"message":"x"}`).Refused(http.StatusNotFound, "user-not-found")
	if sent := again.SendOnce(chat, id(4, 0).String(), "another text", oddNames[6]+"6"); sent != id(5, 6).String() {
		t.Errorf("a retry is the message %s, want %s", sent, id(5, 6))
	}
}

// moveUsed moves a database on which a server has worked.
func moveUsed(t *testing.T, database []string, kinds ...string) {
	t.Helper()
	used := export(t, database)
	for _, kind := range kinds {
		move(t, used, databases[kind](t))
	}
}
