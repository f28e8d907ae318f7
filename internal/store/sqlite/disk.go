package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"
)

// isUnwritable reports whether creating a file failed because the file system is read-only or
// full, or by its permissions.
func isUnwritable(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, os.ErrPermission)
}

// withDisk adds the reason to an I/O error of SQLite, which often says only that reading or
// writing failed, where nothing can be written to the directory.
func withDisk(directory string, err error) error {
	switch primaryCode(err) {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL:
	default:
		return err
	}
	if fault := probeWrite(directory); fault != nil {
		return fmt.Errorf("%w: %w", fault, err)
	}
	return err
}

// probeWrite writes a temporary file to the directory, and returns the error.
func probeWrite(directory string) error {
	const size = 64 << 10 // more than the smallest file that SQLite makes
	file, err := os.CreateTemp(directory, ".messenger-probe-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to the data directory %s: %w", directory, err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(make([]byte, size))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("nothing can be written to the data directory %s: %w", directory, err)
	}
	return nil
}
