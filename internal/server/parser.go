package server

import (
	"context"
	"errors"
	"reflect"

	"github.com/alecthomas/kong"
)

// versionFlag is the flag --version, which does the same as the command version.
type versionFlag bool

// BeforeReset implements kong's hook for flags that are executed at once, regardless of the
// other arguments.
func (versionFlag) BeforeReset(parser *kong.Kong, process Process) error {
	if err := (versionCommand{}).Run(process); err != nil {
		return err
	}
	parser.Exit(exitOK)
	return nil
}

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command; without one, all commands are listed."`
}

// Run implements the command help: it does the same as --help after the command's name.
func (c helpCommand) Run(parsed *kong.Context) error {
	traced, err := kong.Trace(parsed.Kong, append(c.Command, "--help"))
	if err != nil {
		return err
	}
	if traced.Error != nil {
		return usageError{traced.Error}
	}
	return traced.PrintUsage(false)
}

// helpFor returns the command line for help on the command whose arguments are wrong.
func helpFor(err error) string {
	var parsing *kong.ParseError
	if errors.As(err, &parsing) {
		if command := parsing.Context.Selected(); command != nil {
			return command.FullPath() + " --help"
		}
	}
	return "messenger-api --help"
}

// newParser makes the parser of the command line. exit is called after --help or --version,
// which leave nothing else to do.
func newParser(ctx context.Context, process Process, exit func(int)) (*kong.Kong, error) {
	return kong.New(&commandLine{},
		kong.Name("messenger-api"),
		kong.Description("A self-hosted messenger backend. Settings come from the environment: docs/config.md lists them."),
		kong.Writers(process.Stdout, process.Stderr),
		kong.Exit(exit),
		kong.KindMapper(reflect.String, kong.MapperFunc(verbatim)),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(process),
	)
}

// verbatim maps an argument without changes. Kong's own mapper replaces invalid UTF-8 by
// U+FFFD, which makes it a different name: such an account's name must be refused, and a
// file may have such a name.
func verbatim(arguments *kong.DecodeContext, target reflect.Value) error {
	token, err := arguments.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(token.String())
	return nil
}
