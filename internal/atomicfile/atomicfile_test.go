package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"messenger-api/internal/atomicfile"
)

// create begins a file with this content.
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

// only wants the directory to have this one file, readable to its owner only.
func only(t *testing.T, path, content string) {
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

func TestPublish(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	first := create(t, path, false, "first")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a file has the name: %v", err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	first.Discard() // comes too late
	only(t, path, "first")

	if _, err := atomicfile.Create(path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	create(t, path, true, "never").Discard()
	only(t, path, "first")
	if err := create(t, path, true, "second").Commit(); err != nil {
		t.Fatal(err)
	}
	only(t, path, "second")
}

// A file that somebody made meanwhile stays.
func TestPublishTooLate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	first, second := create(t, path, false, "first"), create(t, path, false, "second")
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := second.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second: %v", err)
	}
	only(t, path, "first")
}

// What is no file is not replaced, by whatever name.
func TestReplaceNoDevice(t *testing.T) {
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
