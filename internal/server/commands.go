package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"messenger-api/internal/config"
)

// The exit codes: a command that failed, one that was misused or finds its
// settings at fault, and one that a second signal ended.
const (
	exitOK       = 0
	exitFailed   = 1
	exitFault    = 2
	exitCutShort = 130
)

// Process is what a command gets from the operating system.
type Process struct {
	Arguments      []string
	Environment    []string
	Stdout, Stderr io.Writer
	Build          Build
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
	Migrate     migrateCommands    `cmd:"" help:"Look after the database's schema; serve does so by itself."`
	CheckConfig checkConfigCommand `cmd:"" help:"Print the effective settings, secrets masked, and their faults."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask /ping of the server on this machine: exit 0 when it answers, else 1."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

type migrateCommands struct {
	Up     migrateUpCommand     `cmd:"" help:"Bring the schema up to this version."`
	Status migrateStatusCommand `cmd:"" help:"List the migrations and when they were applied."`
}

// Main runs one command and returns the process's exit code. The first SIGTERM
// or SIGINT asks it to finish; a second one ends the process at once.
func Main(process Process) int {
	ctx, finish := context.WithCancel(context.Background())
	defer finish()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		finish()
		<-signals
		os.Exit(exitCutShort)
	}()
	return Run(ctx, process)
}

// Run is Main under the caller's context: when it ends, the command finishes
// what runs.
func Run(ctx context.Context, process Process) int {
	helped := false
	parser, err := kong.New(&commandLine{},
		kong.Name("messenger-api"),
		kong.Description("A self-hosted messenger backend. Settings come from the environment: docs/config.md lists them."),
		kong.Writers(process.Stdout, process.Stderr),
		kong.Exit(func(int) { helped = true }), // asked for by --help alone
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(process),
	)
	if err != nil {
		return report(process, err)
	}
	command, err := parser.Parse(process.Arguments)
	switch {
	case helped:
		return exitOK
	case err != nil:
		fmt.Fprintf(process.Stderr, "messenger-api: %v\nTry: messenger-api --help\n", err)
		return exitFault
	}
	return report(process, command.Run())
}

func report(process Process, err error) int {
	var faults config.Faults
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &faults):
		fmt.Fprintln(process.Stderr, faults)
		return exitFault
	}
	fmt.Fprintf(process.Stderr, "messenger-api: %v\n", err)
	return exitFailed
}
