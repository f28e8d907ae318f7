// Package atomicfile writes files atomically: into a temporary file in the same directory,
// which is renamed when it is complete. Only their owner can read them.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is the temporary file. It is not safe for concurrent use.
type File struct {
	*os.File

	path    string
	replace bool
	ended   bool
}

// Create creates a temporary file for path, with mode 0600. If path exists it returns
// fs.ErrExist, or with replace allows it to be replaced if it is a regular file. The caller
// must call Commit or Discard.
func Create(path string, replace bool) (*File, error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	// A device such as /dev/null or /dev/stdout must not be replaced by a file.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file, and is not replaced", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("create a temporary file for %s: %w", path, err)
	}
	return &File{File: file, path: path, replace: replace}, nil
}

// Commit syncs the file to disk and renames it to its path. On an error it discards it.
func (f *File) Commit() error {
	if err := f.commit(); err != nil {
		f.Discard()
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return nil
}

func (f *File) commit() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if !f.replace {
		// Unlike a rename, a link fails if the path exists by now.
		if err := os.Link(f.Name(), f.path); err != nil {
			return err
		}
		f.ended = true
		return errors.Join(os.Remove(f.Name()), SyncDirectory(filepath.Dir(f.path)))
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return err
	}
	f.ended = true
	return SyncDirectory(filepath.Dir(f.path))
}

// Discard removes the file unless it was committed. It may be called several times.
func (f *File) Discard() {
	if f.ended {
		return
	}
	f.ended = true
	_ = f.Close() // it may be closed already
	_ = os.Remove(f.Name())
}

// SyncDirectory syncs a directory's entries to disk.
func SyncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
