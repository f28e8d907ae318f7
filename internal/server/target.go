package server

import (
	"errors"
	"fmt"
	"os"

	"messenger-api/internal/atomicfile"
	"messenger-api/internal/config"
	"messenger-api/internal/store/sqlite"
)

// createTarget creates the file that a command writes. It refuses the data directory's
// own files, whatever the flags: to replace the database by its copy would lose it. It
// does so on PostgreSQL, too, where the directory may still hold the database from
// before a move.
func createTarget(cfg config.Config, path string, replace bool) (*atomicfile.File, error) {
	if sqlite.IsDatabaseFile(cfg.Database.DataDir, path) {
		return nil, usageError{fmt.Errorf("%s belongs to the embedded database in %s; choose another file", path, cfg.Database.DataDir)}
	}
	file, err := atomicfile.Create(path, replace)
	if errors.Is(err, os.ErrExist) {
		err = fmt.Errorf("%w; --force replaces it", err)
	}
	return file, err
}
