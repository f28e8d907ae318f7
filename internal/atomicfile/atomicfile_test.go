package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"messenger-api/internal/atomicfile"
)

// create creates a file and writes the content to it.
func create(t *testing.T, path string, replace bool, content string) *atomicfile.File {
	t.Helper()
	file, err := atomicfile.Create(path, replace)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(content); err != nil {
		t.Fatal(err)
	}
	return file
}

// wantOnly fails the test unless the directory has exactly this file, with mode 0600.
func wantOnly(t *testing.T, path, content string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory has %v, %v", entries, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != content {
		t.Errorf("the file has %q, %v, want %q", got, err, content)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file: %v, %v, want mode 0600", info, err)
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	first := create(t, path, false, "first")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file exists before Commit: %v", err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	first.Discard() // does nothing after Commit
	wantOnly(t, path, "first")

	if _, err := atomicfile.Create(path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	create(t, path, true, "never").Discard()
	wantOnly(t, path, "first")
	if err := create(t, path, true, "second").Commit(); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, path, "second")
}

// A file that was created meanwhile is not replaced.
func TestCommitOverNewFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	first, second := create(t, path, false, "first"), create(t, path, false, "second")
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := second.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second: %v", err)
	}
	wantOnly(t, path, "first")
}

// Devices and directories are not replaced, also through symbolic links.
func TestReplaceRegularFilesOnly(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, filepath.Dir(link)} {
		if file, err := atomicfile.Create(path, true); err == nil {
			file.Discard()
			t.Errorf("%s would be replaced", path)
		}
	}
}
