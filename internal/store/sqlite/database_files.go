package sqlite

import (
	"os"
	"path/filepath"
	"strings"
)

// replacedInfix is between the name of a database that Restore has replaced and the time of that.
const replacedInfix = ".until-"

// IsDatabaseFile reports whether writing to path would overwrite the database of the directory
// or one of its files: its write-ahead log, the lock files, the databases that Restore has
// replaced. Links are followed. Files that don't exist yet are recognized by their names.
func IsDatabaseFile(directory, path string) bool {
	database := filepath.Join(directory, fileName)
	files := append(databaseFiles(database), filepath.Join(directory, lockName), filepath.Join(directory, commandsLockName))
	// Where the database is a symbolic link, its log is in the directory of the target.
	if target, err := filepath.EvalSymlinks(database); err == nil {
		files = append(files, databaseFiles(target)...)
	}
	for _, file := range files {
		if sameFile(file, path) || sameName(file, path) {
			return true
		}
	}
	parent, name := splitPath(path)
	return strings.HasPrefix(name, fileName+replacedInfix) && sameFile(parent, directory)
}

// databaseFiles returns the paths of a database and of the files that SQLite makes for it.
func databaseFiles(database string) []string {
	return []string{database, database + "-wal", database + "-shm", database + "-journal"}
}

// sameFile reports whether both paths are links to one file.
func sameFile(one, other string) bool {
	first, err := os.Stat(one)
	if err != nil {
		return false
	}
	second, err := os.Stat(other)
	return err == nil && os.SameFile(first, second)
}

// sameName reports whether both paths are one name in one directory; no file need exist.
func sameName(one, other string) bool {
	parent, name := splitPath(one)
	otherParent, otherName := splitPath(other)
	return name == otherName && sameFile(parent, otherParent)
}

// splitPath splits a path without cleaning it: a ".." after a symbolic link must be resolved by
// the file system.
func splitPath(path string) (directory, name string) {
	directory, name = filepath.Split(path)
	return directory + ".", name
}
