package server

import (
	"errors"
	"fmt"
	"os"

	"messenger-api/internal/atomicfile"
	"messenger-api/internal/config"
	"messenger-api/internal/store/sqlite"
)

// createTarget creates the file that a command writes. It always refuses files of the
// embedded database, which would be lost; also with PostgreSQL, since the directory may
// still contain the database from before a move.
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
