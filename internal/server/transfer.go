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

// streamName stands for the standard streams where a file can be named.
const streamName = "-"

// secretsNotice is part of the help of what writes or reads such a file.
const secretsNotice = "The file holds every message, and the hashes of passwords and sessions: keep it as safe as the database."

type exportCommand struct {
	File  string `arg:"" optional:"" default:"-" help:"Where to write, readable to its owner only; - is the standard output (the default)."`
	Force bool   `help:"Replace FILE where there is one."`
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
	// Not to where the export itself may have gone.
	_, err = fmt.Fprintln(process.Stderr, "exported", describeCounts(written))
	return err
}

// writeTo lets work write to a new file, or to the standard output.
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
	File string `arg:"" optional:"" default:"-" help:"What export wrote; - is the standard input (the default)."`
}

// Help implements kong's HelpProvider.
func (importCommand) Help() string {
	return "Everything in the file comes in, or, where anything in it is wrong, nothing. " + secretsNotice
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
	// The first line shows, before the database is touched, that most other files are no export.
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
		return fmt.Errorf("import: nothing was taken over: %w", err)
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
