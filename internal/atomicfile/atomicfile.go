// Package atomicfile makes files that appear whole or not at all: they are
// written beside their place, and only their owner can read them.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file on its way. It is not safe for concurrent use.
type File struct {
	*os.File

	path    string
	replace bool
	ended   bool
}

// Create begins the file that is to stand under path, with mode 0600. Where
// something stands there the error is fs.ErrExist, unless it is to be replaced,
// which no device, pipe or directory is. Commit or Discard comes next.
func Create(path string, replace bool) (*File, error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	// Nobody who names /dev/null or /dev/stdout wants a file in its place.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file, and is not replaced", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("make a file beside %s: %w", path, err)
	}
	return &File{File: file, path: path, replace: replace}, nil
}

// Commit brings the file to the disk and then to its place. On an error nothing
// of it is left.
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
		// A link fails where somebody made a file of the name meanwhile.
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

// Discard removes a file that was not committed. It may always be called.
func (f *File) Discard() {
	if f.ended {
		return
	}
	f.ended = true
	_ = f.Close() // it may be closed; what it holds is of no use
	_ = os.Remove(f.Name())
}

// SyncDirectory brings the names in a directory to the disk.
func SyncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
