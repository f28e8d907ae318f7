package operator

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// contents reads the files of a directory, by name.
func contents(t *testing.T, directory string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(directory, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// ways returns paths that lead to the database of a directory, or to its other files.
func ways(t *testing.T, directory string) []string {
	t.Helper()
	elsewhere := t.TempDir()
	database := filepath.Join(directory, "messenger.db")
	link, hard, through := filepath.Join(elsewhere, "link"), filepath.Join(elsewhere, "hard"), filepath.Join(elsewhere, "directory")
	for _, err := range []error{os.Symlink(database, link), os.Link(database, hard), os.Symlink(directory, through)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, database)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{link, hard, relative, filepath.Join(through, "messenger.db"), through + "/../" + filepath.Base(directory) + "/messenger.db-wal"}
	for _, name := range []string{"messenger.db", "messenger.db-wal", "messenger.db-shm", "messenger.db-journal", "messenger.lock", "messenger.commands.lock"} {
		paths = append(paths, filepath.Join(directory, name))
	}
	kept, err := filepath.Glob(database + ".until-*")
	if err != nil || len(kept) == 0 {
		t.Fatalf("put aside: %v, %v", kept, err)
	}
	return append(paths, kept...)
}

// No command overwrites the database, whatever path leads to it, even if the command uses another database.
// A new file in the same directory is allowed.
func TestOwnFilesAreNoTargets(t *testing.T) {
	t.Parallel()
	embedded := testkit.Embedded(t)
	testkit.MustRun(t, embedded, "migrate", "up")
	copied := filepath.Join(directoryOf(embedded), "messenger.db.copy")
	testkit.MustRun(t, embedded, "backup", copied)
	testkit.MustRun(t, embedded, "restore", copied)
	server := testkit.StartBinary(t, embedded...)
	server.As(t, "alice")
	server.Kill() // so that the log is not empty
	postgres := append(testkit.Postgres(t), embedded...)
	testkit.MustRun(t, postgres, "migrate", "up")
	before := contents(t, directoryOf(embedded))

	for _, path := range ways(t, directoryOf(embedded)) {
		for _, command := range []struct {
			name     string
			database []string
		}{{"backup", embedded}, {"export", embedded}, {"export", postgres}} {
			for _, arguments := range [][]string{{command.name, path}, {command.name, "--force", path}} {
				result := testkit.RunBinary(t, command.database, "", arguments...)
				if result.Code != 2 || result.Stdout != "" || !strings.Contains(result.Stderr, "choose another file") {
					t.Errorf("%q: %+v, want exit code 2 and why", arguments, result)
				}
			}
		}
	}
	after := contents(t, directoryOf(embedded))
	for name := range before {
		if !bytes.Equal(before[name], after[name]) {
			t.Errorf("%s became another file", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files, where %d were", len(after), len(before))
	}
	testkit.MustRun(t, embedded, "backup", "--force", copied)
	server.Restart()
	server.Guest(t).LogIn("alice", testkit.Password)
}

// Where the database is a symbolic link, its target can't be overwritten either.
func TestLinkedDatabaseIsNoTarget(t *testing.T) {
	t.Parallel()
	embedded, elsewhere := testkit.Embedded(t), filepath.Join(t.TempDir(), "volume.db")
	testkit.MustRun(t, embedded, "migrate", "up")
	database := filepath.Join(directoryOf(embedded), "messenger.db")
	if err := os.Rename(database, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, database); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{elsewhere, elsewhere + "-wal", database} {
		if result := testkit.RunBinary(t, embedded, "", "backup", "--force", path); result.Code != 2 {
			t.Errorf("%s: %+v, want exit code 2", path, result)
		}
	}
}

// A restore from the database itself by another name is refused: the content of its log would be missing.
func TestRestoreOfItself(t *testing.T) {
	t.Parallel()
	embedded := testkit.Embedded(t)
	server := testkit.StartBinary(t, embedded...)
	server.As(t, "alice")
	server.Kill()
	database, hard := filepath.Join(directoryOf(embedded), "messenger.db"), filepath.Join(t.TempDir(), "hard")
	if err := os.Link(database, hard); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{database, hard} {
		if result := testkit.RunBinary(t, embedded, "", "restore", path); result.Code != 1 || !strings.Contains(result.Stderr, "itself") {
			t.Errorf("%s: %+v, want a refusal", path, result)
		}
	}
	server.Restart()
	server.Guest(t).LogIn("alice", testkit.Password)
}
