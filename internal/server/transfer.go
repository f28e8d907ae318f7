package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"messenger-api/internal/config"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
	"messenger-api/internal/transfer"
)

// streamName is the name of a file that stands for the standard input or output.
const streamName = "-"

const secretsNotice = "The file contains every message, and the hashes of passwords and sessions: protect it as well as the database."

type exportCommand struct {
	File  string `arg:"" optional:"" default:"-" help:"File to write, readable only by its owner; - is the standard output (the default)."`
	Force bool   `help:"Replace FILE if it exists."`
}

// Help implements kong's HelpProvider.
func (exportCommand) Help() string { return secretsNotice }

// Run implements the command export.
func (c exportCommand) Run(ctx context.Context, process Process) error {
	cfg, log, err := settingsAndLog(process)
	if err != nil {
		return err
	}
	var written transfer.Counts
	err = c.writeTo(cfg, process.Stdout, func(out io.Writer) error {
		w := transfer.NewWriter(out)
		defer func() { written = w.Written() }()
		if len(cfg.Database.Hosts) == 0 {
			return sqlite.Dump(ctx, cfg.Database.DataDir, w)
		}
		opened, err := postgres.Open(postgresOptions(cfg.Database), log)
		if err != nil {
			return err
		}
		return errors.Join(opened.Dump(ctx, w), opened.Close())
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	// Not to the standard output, which may be the export itself.
	_, err = fmt.Fprintln(process.Stderr, "exported", describeCounts(written))
	return err
}

// writeTo calls work with a new file, or with the standard output.
func (c exportCommand) writeTo(cfg config.Config, stdout io.Writer, work func(io.Writer) error) error {
	if c.File == streamName {
		return work(stdout)
	}
	file, err := createTarget(cfg, c.File, c.Force)
	if err != nil {
		return err
	}
	defer file.Discard()
	if err := work(file); err != nil {
		return err
	}
	return file.Commit()
}

type importCommand struct {
	File string `arg:"" optional:"" default:"-" help:"File that export wrote; - is the standard input (the default)."`
}

// Help implements kong's HelpProvider.
func (importCommand) Help() string {
	return "Either the whole file is imported or, if there is any error in it, nothing. " + secretsNotice
}

// Run implements the command import.
func (c importCommand) Run(ctx context.Context, process Process) error {
	if _, _, err := settings(process); err != nil {
		return err
	}
	in, err := readFrom(c.File, process.Stdin)
	if err != nil {
		return err
	}
	defer in.Close()
	// This fails for files that are no export, before the database is opened.
	r, err := transfer.NewReader(in)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	err = withDatabase(ctx, process, func(opened database) error {
		if err := opened.Migrate(ctx); err != nil {
			return err
		}
		return opened.Load(ctx, r)
	})
	if err != nil {
		return fmt.Errorf("import: nothing was imported: %w", err)
	}
	_, err = fmt.Fprintln(process.Stdout, "imported", describeCounts(r.Counts()))
	return err
}

func readFrom(path string, stdin io.Reader) (io.ReadCloser, error) {
	switch {
	case path != streamName:
		return os.Open(path)
	case stdin == nil:
		stdin = strings.NewReader("")
	}
	return io.NopCloser(stdin), nil
}

func describeCounts(counts transfer.Counts) string {
	return strings.Join([]string{
		count(counts.Accounts, "account", "accounts"), count(counts.Sessions, "session", "sessions"), count(counts.Chats, "chat", "chats"),
		count(counts.Users, "user in a chat", "users in chats"), count(counts.Events, "event", "events"),
	}, ", ")
}
