package operator

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// The load of the tests with running servers.
const (
	chats   = 1
	writers = 8
)

func directoryOf(database []string) string { return strings.TrimPrefix(database[0], "DATA_DIR=") }

// A backup under load, restored to another directory while the server continues, has every message that was
// acknowledged before it began.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	live := testkit.Embedded(t)
	server := testkit.StartBinary(t, live...)
	alice := server.As(t, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	copies := t.TempDir()
	before := map[string]map[string]string{}
	for i := range 3 {
		load.Await(200)
		path := filepath.Join(copies, fmt.Sprint(i))
		before[path] = sends.Acknowledged()
		testkit.MustRun(t, live, "backup", path)
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("the backup: %v, %v, want mode 0600", info, err)
		}
	}
	load.Stop()
	if entries, err := os.ReadDir(copies); err != nil || len(entries) != len(before) {
		t.Errorf("beside the backups: %v, %v", entries, err)
	}
	for path, acknowledged := range before {
		restored := testkit.Embedded(t)
		testkit.MustRun(t, restored, "restore", path)
		copied := testkit.StartBinary(t, restored...)
		sends.VerifyCopy(t, copied.WithSession(t, alice.Session), acknowledged)
		if code := copied.Terminate(); code != 0 {
			t.Errorf("the server on the restored database ended with %d", code)
		}
	}
	sends.Verify(t, alice)
}

// An export while servers accept sends is a consistent snapshot with every message that was acknowledged
// before it began.
func TestExportUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		server := testkit.StartBinary(t, database...)
		alice := server.As(t, "alice")
		sends := testkit.NewSends(alice, chats)
		load := sends.Start(t, alice, writers)
		load.Await(300)
		before := sends.Acknowledged()
		exported := export(t, database)
		load.Stop()
		for _, open := range databases {
			moved := open(t)
			move(t, exported, moved)
			copied := testkit.StartBinary(t, moved...)
			sends.VerifyCopy(t, copied.WithSession(t, alice.Session), before)
			copied.Terminate()
		}
	})
}

// A restore keeps the replaced database, which can be restored in turn.
func TestRestoreIsTakenBack(t *testing.T) {
	t.Parallel()
	database := testkit.Embedded(t)
	server := testkit.StartBinary(t, database...)
	server.As(t, "alice")
	path := filepath.Join(t.TempDir(), "backup")
	testkit.MustRun(t, database, "backup", path)
	server.As(t, "boris")
	server.Kill() // so that its write-ahead log is not empty

	printed := testkit.MustRun(t, database, "restore", path)
	kept, err := filepath.Glob(filepath.Join(directoryOf(database), "messenger.db.until-*"))
	if err != nil || len(kept) != 1 || !strings.Contains(printed, kept[0]) {
		t.Fatalf("kept: %v, %v; printed: %s", kept, err, printed)
	}
	server.Restart()
	server.Guest(t).LogIn("alice", testkit.Password)
	boris := map[string]string{"user_name": "boris", "password": testkit.Password}
	server.Guest(t).Post("/v1/auth/login", boris).Refused(http.StatusBadRequest, "user-not-found")
	server.Terminate()

	testkit.MustRun(t, database, "restore", kept[0])
	server.Restart()
	server.Guest(t).LogIn("boris", testkit.Password)
}

func TestBackupRefusals(t *testing.T) {
	t.Parallel()
	database := testkit.Embedded(t)
	path := file(t, []byte("keep me"))
	if result := testkit.RunBinary(t, database, "", "backup", path+".new"); result.Code != 1 || !strings.Contains(result.Stderr, "no database") {
		t.Errorf("a backup of nothing: %+v", result)
	}
	testkit.MustRun(t, database, "migrate", "up")
	if result := testkit.RunBinary(t, database, "", "backup", path); result.Code != 1 || !strings.Contains(result.Stderr, "--force") {
		t.Errorf("a backup onto a file: %+v", result)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "keep me" {
		t.Errorf("the file became %q, %v", content, err)
	}
	if result := testkit.RunBinary(t, database, "", "backup", "-"); result.Code != 2 || !strings.Contains(result.Stderr, "standard output") {
		t.Errorf("a backup to nowhere: %+v", result)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, path)
	if err != nil {
		t.Fatal(err)
	}
	testkit.MustRun(t, database, "backup", "--force", relative)
	for _, command := range []string{"backup", "restore"} {
		if result := testkit.RunBinary(t, testkit.Postgres(t), "", command, path); result.Code != 2 || !strings.Contains(result.Stderr, "pg_") {
			t.Errorf("%s on PostgreSQL: %+v", command, result)
		}
	}
}

// A file that is no intact database of this service is refused, and the present one remains.
func TestRestoreRefusals(t *testing.T) {
	t.Parallel()
	database := testkit.Embedded(t)
	server := testkit.StartBinary(t, database...)
	testkit.NewSends(server.As(t, "alice"), chats)
	good := filepath.Join(t.TempDir(), "good")
	testkit.MustRun(t, database, "backup", good)
	server.Terminate()
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	other, newer := testkit.Embedded(t), testkit.Embedded(t)
	testkit.ExecuteSQL(t, other, "CREATE TABLE accounts (x)")
	testkit.MustRun(t, newer, "migrate", "up")
	testkit.ExecuteSQL(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	damaged := append([]byte(nil), whole...)
	for i := len(damaged) / 3; i < len(damaged)*2/3; i++ {
		damaged[i] = 'x'
	}
	for name, path := range map[string]string{
		"missing": good + ".missing", "no database": file(t, []byte(strings.Repeat("text ", 1000))), "empty": file(t, nil),
		"another one": filepath.Join(directoryOf(other), "messenger.db"), "a newer one": filepath.Join(directoryOf(newer), "messenger.db"),
		"truncated": file(t, whole[:len(whole)/2]), "damaged": file(t, damaged),
	} {
		if result := testkit.RunBinary(t, database, "", "restore", path); result.Code != 1 || result.Stdout != "" || result.Stderr == "" {
			t.Errorf("%s: %+v, want a refusal", name, result)
		}
	}
	server.Restart()
	server.Guest(t).LogIn("alice", testkit.Password)
	// The server has locked the directory: a restore waits for its end, and then fails.
	result := testkit.RunBinary(t, database, "", "restore", good)
	if result.Code != 1 || !strings.Contains(result.Stderr, "another process serves from the data directory") {
		t.Errorf("beside a server: %+v", result)
	}
	if entries, err := filepath.Glob(filepath.Join(directoryOf(database), "*until*")); err != nil || entries != nil {
		t.Errorf("put aside: %v, %v", entries, err)
	}
}

// A damaged database can be replaced, and is kept with its log.
func TestRestoreOverDamage(t *testing.T) {
	t.Parallel()
	database := testkit.Embedded(t)
	server := testkit.StartBinary(t, database...)
	server.As(t, "alice")
	good := filepath.Join(t.TempDir(), "good")
	testkit.MustRun(t, database, "backup", good)
	server.As(t, "boris")
	server.Kill()
	path := filepath.Join(directoryOf(database), "messenger.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("damage ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	testkit.MustRun(t, database, "restore", good)
	server.Restart()
	server.Guest(t).LogIn("alice", testkit.Password)
	boris := map[string]string{"user_name": "boris", "password": testkit.Password}
	server.Guest(t).Post("/v1/auth/login", boris).Refused(http.StatusBadRequest, "user-not-found")
	if kept, err := filepath.Glob(path + ".until-*"); err != nil || len(kept) == 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}
}
