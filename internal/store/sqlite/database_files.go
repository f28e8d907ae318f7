package sqlite

import (
	"os"
	"path/filepath"
	"strings"
)

// asideInfix stands between the name of the database and the time at which it was
// put aside.
const asideInfix = ".until-"

// IsDatabaseFile reports whether a file that is written under path would take the place of
// the database in the directory or of what belongs to it: its log, the locks,
// the databases that Restore put aside. It goes by what path leads to, and, where
// nothing stands there yet, by the name that it has in the directory. There need
// not be a database.
func IsDatabaseFile(directory, path string) bool {
	database := filepath.Join(directory, fileName)
	own := append(databaseFiles(database), filepath.Join(directory, lockName), filepath.Join(directory, commandsLockName))
	// Where the database is a link, its log lies beside what that leads to.
	if target, err := filepath.EvalSymlinks(database); err == nil {
		own = append(own, databaseFiles(target)...)
	}
	for _, file := range own {
		if sameFile(file, path) || samePlace(file, path) {
			return true
		}
	}
	place, name := placeOf(path)
	return strings.HasPrefix(name, fileName+asideInfix) && sameFile(place, directory)
}

// databaseFiles are the paths of a database and of the files that SQLite makes for it.
func databaseFiles(database string) []string {
	return []string{database, database + "-wal", database + "-shm", database + "-journal"}
}

// sameFile reports whether both paths lead to one file, which may have many names.
func sameFile(one, other string) bool {
	first, err := os.Stat(one)
	if err != nil {
		return false
	}
	second, err := os.Stat(other)
	return err == nil && os.SameFile(first, second)
}

// samePlace reports whether both paths are one name in one directory, be there a
// file or not.
func samePlace(one, other string) bool {
	place, name := placeOf(one)
	otherPlace, otherName := placeOf(other)
	return name == otherName && sameFile(place, otherPlace)
}

// placeOf splits a path without tidying it: a ".." behind a link leads elsewhere
// than its text says.
func placeOf(path string) (directory, name string) {
	directory, name = filepath.Split(path)
	return directory + ".", name
}
