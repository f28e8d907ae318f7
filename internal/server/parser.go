package server

import (
	"context"
	"errors"
	"reflect"

	"github.com/alecthomas/kong"
)

// versionFlag is answered as the command version is.
type versionFlag bool

// BeforeReset implements kong's hook of flags that are answered at once, whatever
// else the arguments say.
func (versionFlag) BeforeReset(parser *kong.Kong, process Process) error {
	if err := (versionCommand{}).Run(process); err != nil {
		return err
	}
	parser.Exit(exitOK)
	return nil
}

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command to tell of; all of them where none is named."`
}

// Run implements the command help: it does what --help does behind the same words.
func (c helpCommand) Run(parsed *kong.Context) error {
	asked, err := kong.Trace(parsed.Kong, append(c.Command, "--help"))
	if err != nil {
		return err
	}
	if asked.Error != nil {
		return usageError{asked.Error}
	}
	return asked.PrintUsage(false)
}

// helpFor names the help on the command at which the arguments went wrong.
func helpFor(err error) string {
	var parsing *kong.ParseError
	if errors.As(err, &parsing) {
		if command := parsing.Context.Selected(); command != nil {
			return command.FullPath() + " --help"
		}
	}
	return "messenger-api --help"
}

// newParser makes the parser of the command line; exit is called where a flag was
// answered, and nothing else is to be done.
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

// verbatim takes an argument as it was given. Kong's own mapper replaces what is not
// UTF-8 by U+FFFD, which makes another name of it: an account's name must be refused
// then, and a file may really have such a name.
func verbatim(arguments *kong.DecodeContext, target reflect.Value) error {
	token, err := arguments.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(token.String())
	return nil
}
