package server

import (
	"errors"
	"fmt"
	"os"

	"messenger-api/internal/atomicfile"
	"messenger-api/internal/config"
	"messenger-api/internal/store/sqlite"
)

// createTarget begins the file that a command was told to write. The data
// directory's own files are none, whatever the flags: to replace the database by
// its copy would lose it. That holds on PostgreSQL, too, where the directory may
// still have the database from before a move.
func createTarget(cfg config.Config, path string, replace bool) (*atomicfile.File, error) {
	if sqlite.IsDatabaseFile(cfg.Database.DataDir, path) {
		return nil, misuse{fmt.Errorf("%s belongs to the embedded database in %s; choose another file", path, cfg.Database.DataDir)}
	}
	file, err := atomicfile.Create(path, replace)
	if errors.Is(err, os.ErrExist) {
		err = fmt.Errorf("%w; --force replaces it", err)
	}
	return file, err
}
