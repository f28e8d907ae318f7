package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"
)

// noWriting reports whether a file could not be made because nothing can be written there.
func noWriting(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, os.ErrPermission)
}

// withDisk adds to an error of SQLite, which often says no more than that reading or writing
// failed, what is the matter with the directory's file system.
func withDisk(directory string, err error) error {
	switch primaryCode(err) {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL:
	default:
		return err
	}
	if fault := diskFault(directory); fault != nil {
		return fmt.Errorf("%w: %w", fault, err)
	}
	return err
}

// diskFault tries to write a little to the directory, and says why that fails.
func diskFault(directory string) error {
	const little = 64 << 10 // more than the smallest file that SQLite makes
	file, err := os.CreateTemp(directory, ".messenger-probe-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to the data directory %s: %w", directory, err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(make([]byte, little))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("nothing can be written to the data directory %s: %w", directory, err)
	}
	return nil
}
