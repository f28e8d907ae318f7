package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"messenger-api/internal/config"
	"messenger-api/internal/logging"
)

// The exit codes: a command that failed, one that was wrongUsage or finds its
// settings at fault, and one that a second signal ended.
const (
	exitOK       = 0
	exitFailed   = 1
	exitFault    = 2
	exitCutShort = 130
)

// exitFlushTimeout bounds writing the buffered log in a process that ends at once.
const exitFlushTimeout = time.Second

// Process is what a command gets from the operating system.
type Process struct {
	Arguments   []string
	Environment []string
	// Stdin is nil where there is none.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Build          Build

	// log buffers the log before Stderr; nil for an unbuffered one.
	log *logging.Buffer
}

// Build says which build this is.
type Build struct{ Version, Commit string }

// String gives the version with its commit, where that is known.
func (b Build) String() string {
	if b.Commit == "" {
		return b.Version
	}
	return b.Version + " (" + b.Commit + ")"
}

// commandLine is the grammar of the command line.
type commandLine struct {
	Serve       serveCommand       `cmd:"" default:"1" help:"Serve the API (the default)."`
	Consumer    consumerCommand    `cmd:"" help:"Work on searches from RabbitMQ; without it serve does so by itself."`
	Migrate     migrateCommands    `cmd:"" help:"Look after the database's schema; serve does so by itself."`
	User        userCommands       `cmd:"" help:"Look after accounts; also beside a server."`
	Sessions    sessionsCommands   `cmd:"" help:"Look after sessions; also beside a server."`
	Export      exportCommand      `cmd:"" help:"Write everything as JSON Lines, password hashes included, as of one moment; also beside a server."`
	Import      importCommand      `cmd:"" help:"Read what export wrote into an empty database, embedded or PostgreSQL."`
	Backup      backupCommand      `cmd:"" help:"Copy the embedded database, whole and as of one moment; also beside a server."`
	Restore     restoreCommand     `cmd:"" help:"Put a copy that backup made in the place of the embedded database; no server may run on it."`
	CheckConfig checkConfigCommand `cmd:"" help:"Print the effective settings, secrets masked, and their faults."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask /ping of the server, or the consumer, on this machine: exit 0 when it answers, else 1."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Help        helpCommand        `cmd:"" help:"Show the help on a command, as its --help does."`

	ShowVersion versionFlag `name:"version" help:"Print the version."`
}

type migrateCommands struct {
	Up     migrateUpCommand     `cmd:"" help:"Bring the schema up to this version."`
	Status migrateStatusCommand `cmd:"" help:"List the migrations and when they were applied."`
	Adopt  migrateAdoptCommand  `cmd:"" help:"Take the database on this PostgreSQL server, after it was restored or moved here from another one."`
}

// Main runs one command and returns the process's exit code. The first SIGTERM or SIGINT
// asks it to finish; a second one ends the process at once. GOGC and GOMEMLIMIT keep
// their meaning where they are set.
func Main(process Process) int {
	setGarbageCollector()
	unsetDriverSettings()
	process.log = logging.NewBuffer(process.Stderr)
	ctx, finish := context.WithCancel(context.Background())
	defer finish()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		finish()
		<-signals
		process.log.FlushWithin(exitFlushTimeout)
		os.Exit(exitCutShort)
	}()
	return Run(ctx, process)
}

// unsetDriverSettings takes the PG* variables out of the environment: they are settings of
// libpq, which the PostgreSQL driver reads, too, and would be in force beside ours.
func unsetDriverSettings() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			_ = os.Unsetenv(name) // its name was just read
		}
	}
}

// Run is Main under the caller's context: when it ends, the command finishes
// what runs.
func Run(ctx context.Context, process Process) int {
	if process.log == nil {
		process.log = logging.NewBuffer(process.Stderr)
	}
	defer func() { _ = process.log.Flush() }() // also where a panic ends the process
	answered := false
	parser, err := newParser(ctx, process, func(int) { answered = true }) // by --help and --version alone
	if err != nil {
		return report(process, err)
	}
	command, err := parser.Parse(process.Arguments)
	switch {
	case answered:
		return exitOK
	case err != nil:
		fmt.Fprintf(process.Stderr, "messenger-api: %v\nTry: %s\n", err, helpFor(err))
		return exitFault
	}
	err = command.Run()
	_ = process.log.Flush() // what went before stands before; it has no other place to fail to
	return report(process, err)
}

// usageError is the error of a command whose arguments make no sense.
type usageError struct{ error }

// Unwrap returns the cause.
func (m usageError) Unwrap() error { return m.error }

func report(process Process, err error) int {
	var faults config.Faults
	var wrongUsage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &faults):
		fmt.Fprintln(process.Stderr, faults)
		return exitFault
	}
	fmt.Fprintf(process.Stderr, "messenger-api: %v\n", err)
	if errors.As(err, &wrongUsage) {
		return exitFault
	}
	return exitFailed
}
