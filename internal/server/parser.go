package server

import (
	"context"
	"reflect"

	"github.com/alecthomas/kong"
)

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

// verbatim takes an argument as it was given. Kong's own mapper has U+FFFD for
// what is not UTF-8: another name than the one that was meant, be it of an account,
// which has to be refused, or of a file, which may have such a name.
func verbatim(arguments *kong.DecodeContext, target reflect.Value) error {
	token, err := arguments.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(token.String())
	return nil
}
