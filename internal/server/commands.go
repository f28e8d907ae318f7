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

const (
	exitOK          = 0
	exitFailed      = 1
	exitFault       = 2   // wrong usage, or invalid settings
	exitInterrupted = 130 // ended by a second signal
)

// exitFlushTimeout limits writing the buffered log after a second signal.
const exitFlushTimeout = time.Second

// Process is a command's environment in the operating system.
type Process struct {
	Arguments   []string
	Environment []string
	// Stdin is nil where there is none.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Build          Build

	// log buffers the log that goes to Stderr; nil if it is unbuffered.
	log *logging.Buffer
}

// Build identifies the build. Commit may be empty.
type Build struct{ Version, Commit string }

// String returns the version, with the commit if it is known.
func (b Build) String() string {
	if b.Commit == "" {
		return b.Version
	}
	return b.Version + " (" + b.Commit + ")"
}

// commandLine is the grammar of the command line.
type commandLine struct {
	Serve       serveCommand       `cmd:"" default:"1" help:"Serve the API (the default)."`
	Consumer    consumerCommand    `cmd:"" help:"Execute searches from RabbitMQ; without RabbitMQ serve does so itself."`
	Migrate     migrateCommands    `cmd:"" help:"Manage the database's schema; serve migrates it itself."`
	User        userCommands       `cmd:"" help:"Manage accounts; also while a server runs."`
	Sessions    sessionsCommands   `cmd:"" help:"Manage sessions; also while a server runs."`
	Export      exportCommand      `cmd:"" help:"Write a consistent copy of all data as JSON Lines, including password hashes; also while a server runs."`
	Import      importCommand      `cmd:"" help:"Load a file that export wrote into an empty database, embedded or PostgreSQL."`
	Backup      backupCommand      `cmd:"" help:"Write a consistent copy of the embedded database; also while a server runs."`
	Restore     restoreCommand     `cmd:"" help:"Replace the embedded database by a copy that backup wrote; no server may run on it."`
	CheckConfig checkConfigCommand `cmd:"" help:"Print the effective settings, with secrets masked, and their faults."`
	Healthcheck healthcheckCommand `cmd:"" help:"Call /ping of the server, or the consumer, on this machine: exit 0 if it responds, otherwise 1."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Help        helpCommand        `cmd:"" help:"Show a command's help, as its --help does."`

	ShowVersion versionFlag `name:"version" help:"Print the version."`
}

type migrateCommands struct {
	Up     migrateUpCommand     `cmd:"" help:"Migrate the schema to this version."`
	Status migrateStatusCommand `cmd:"" help:"List the migrations and when they were applied."`
	Adopt  migrateAdoptCommand  `cmd:"" help:"Accept the database on this PostgreSQL server after it was restored on, or moved to, another server."`
}

// Main runs one command and returns the process's exit code. The first SIGTERM or SIGINT
// stops it gracefully; a second one ends the process at once. GOGC and GOMEMLIMIT have
// their usual effect if they are set.
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
		os.Exit(exitInterrupted)
	}()
	return Run(ctx, process)
}

// unsetDriverSettings removes the PG* variables from the environment: they are settings of
// libpq that the PostgreSQL driver reads, too, and could override those of this service.
func unsetDriverSettings() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			_ = os.Unsetenv(name) // can't fail: the name is valid
		}
	}
}

// Run is Main with the caller's context instead of signals: when ctx ends, the command stops
// gracefully.
func Run(ctx context.Context, process Process) int {
	if process.log == nil {
		process.log = logging.NewBuffer(process.Stderr)
	}
	defer func() { _ = process.log.Flush() }() // also where a panic ends the process
	done := false
	parser, err := newParser(ctx, process, func(int) { done = true }) // called for --help and --version
	if err != nil {
		return report(process, err)
	}
	command, err := parser.Parse(process.Arguments)
	switch {
	case done:
		return exitOK
	case err != nil:
		fmt.Fprintf(process.Stderr, "messenger-api: %v\nTry: %s\n", err, helpFor(err))
		return exitFault
	}
	err = command.Run()
	_ = process.log.Flush() // before the error is printed; a failure can't be reported
	return report(process, err)
}

// usageError is the error of a command with wrong arguments; its exit code is exitFault.
type usageError struct{ error }

// Unwrap returns the cause.
func (u usageError) Unwrap() error { return u.error }

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
