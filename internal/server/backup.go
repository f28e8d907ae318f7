package server

import (
	"context"
	"errors"
	"fmt"

	"messenger-api/internal/config"
	"messenger-api/internal/store/sqlite"
)

type backupCommand struct {
	File  string `arg:"" help:"File to write the copy to, readable only by its owner."`
	Force bool   `help:"Replace FILE if it exists."`
}

// Validate refuses the name that export uses for the standard output.
func (c backupCommand) Validate() error {
	if c.File == streamName {
		return errors.New("a database can't be written to the standard output; name a file, or use export")
	}
	return nil
}

// Run implements the command backup.
func (c backupCommand) Run(ctx context.Context, process Process) error {
	cfg, err := embeddedSettings(process, "pg_dump --format=custom --file=FILE DATABASE")
	if err != nil {
		return err
	}
	file, err := createTarget(cfg, c.File, c.Force)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer file.Discard()
	if err := sqlite.Backup(ctx, cfg.Database.DataDir, file.Name()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = fmt.Fprintln(process.Stdout, "backed up to", c.File)
	return err
}

type restoreCommand struct {
	File string `arg:"" help:"File that backup wrote."`
}

// Run implements the command restore.
func (c restoreCommand) Run(ctx context.Context, process Process) error {
	cfg, err := embeddedSettings(process, "pg_restore --clean --if-exists --single-transaction --dbname=DATABASE FILE")
	if err != nil {
		return err
	}
	options := sqlite.Options{Directory: cfg.Database.DataDir, LockWait: dataDirWait}
	previous, err := sqlite.Restore(ctx, options, c.File, newLogger(cfg.Log, process))
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	fmt.Fprintln(process.Stdout, "restored", c.File)
	if previous != "" {
		fmt.Fprintln(process.Stdout, "the previous database was moved to", previous, "- delete it when it is no longer needed")
	}
	return nil
}

// embeddedSettings reads the settings for a command that only exists for the embedded
// database; instead is the command to use on PostgreSQL.
func embeddedSettings(process Process, instead string) (config.Config, error) {
	cfg, _, err := settings(process)
	if err == nil && len(cfg.Database.Hosts) > 0 {
		err = config.Faults{{Setting: "POSTGRES_HOSTS", Problem: "this command is for the embedded database; on PostgreSQL use " +
			instead + ", see docs/operations.md"}}
	}
	return cfg, err
}
