// Command bench measures the service as it is built and run, beside what the
// machine gives at most in the same minutes, and prints both with their ratios.
// docs/benchmarks.md says what each figure means. Run it by `make bench`, from
// the root of the repository; `make bench-search` measures searching, and
// `scripts/services run postgres redis -- go run ./bench compare OLD NEW` compares
// binaries with each other.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// options are the flags of the command line.
type options struct {
	clients, many, rounds, starts int
	warmUp, measured              time.Duration
	textBytes                     int
	only                          *regexp.Regexp
	out                           string
}

// readOptions parses the flags of a command, and returns the arguments after them.
func readOptions(command string, arguments []string) (o options, rest []string, err error) {
	var seconds, warmUp float64
	var only string
	flag := flag.NewFlagSet(command, flag.ContinueOnError)
	flag.IntVar(&o.clients, "clients", 32, "clients at once")
	flag.IntVar(&o.many, "many", 256, "clients at once in the figures with many")
	flag.IntVar(&o.rounds, "rounds", 3, "number of rounds, in each of which every figure is measured once; the median is reported")
	flag.IntVar(&o.starts, "starts", 11, "how often the start is measured")
	flag.Float64Var(&seconds, "seconds", 8, "how long each figure is measured")
	flag.Float64Var(&warmUp, "warm-up", 2, "how long it runs before that")
	flag.IntVar(&o.textBytes, "text", 100, "length of a message in bytes")
	flag.StringVar(&only, "only", "", "regular expression: only the figures whose names match, and their limits")
	flag.StringVar(&o.out, "out", "", "file to write the tables to, too, as Markdown")
	if err := flag.Parse(arguments); err != nil {
		return o, nil, err
	}
	o.measured = time.Duration(seconds * float64(time.Second))
	o.warmUp = time.Duration(warmUp * float64(time.Second))
	if o.clients < 1 || o.many < 1 || o.rounds < 1 || o.starts < 1 || o.textBytes < 1 || o.measured < time.Second {
		return o, nil, errors.New("each number is 1 at least; see -help")
	}
	o.only, err = regexp.Compile(only)
	return o, flag.Args(), err
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareCommand {
		exit(serveBare(os.Args[2]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := command(ctx, os.Args[1:])
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	exit(err)
}

// command runs the command of the arguments.
func command(ctx context.Context, arguments []string) error {
	switch {
	case len(arguments) > 0 && arguments[0] == searchCommand:
		o, err := readSearchOptions(arguments[1:])
		if err != nil {
			return err
		}
		return runSearch(ctx, o)
	case len(arguments) > 0 && arguments[0] == growthCommand:
		o, err := readGrowthOptions(arguments[1:])
		if err != nil {
			return err
		}
		return runGrowth(ctx, o)
	case len(arguments) > 0 && arguments[0] == reindexCommand:
		o, err := readReindexOptions(arguments[1:])
		if err != nil {
			return err
		}
		return runReindex(ctx, o)
	case len(arguments) > 0 && arguments[0] == compareCommand:
		o, binaries, err := readOptions(compareCommand, arguments[1:])
		if err != nil {
			return err
		}
		return runCompare(ctx, o, binaries)
	}
	o, rest, err := readOptions("bench", arguments)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("usage: go run ./bench [flags], or go run ./bench compare [flags] OLD NEW; see -help")
	}
	return run(ctx, o)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures and reports. When it returns, all that it has started and created is removed.
func run(ctx context.Context, o options) (err error) {
	l, err := openLab(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	report := newReport(o)
	for _, fact := range facts(o) {
		l.note("%s", fact.name)
		values, err := fact.measure(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", fact.name, err)
		}
		report.facts = append(report.facts, values...)
	}
	figures := plan(o)
	for round := range o.rounds {
		for _, figure := range figures {
			measurement, err := figure.measure(ctx, l)
			if err != nil {
				return fmt.Errorf("%s: %w", figure.name, err)
			}
			l.note("%d/%d  %s: %.0f/s", round+1, o.rounds, figure.name, measurement.perSecond)
			report.add(figure, measurement)
		}
	}
	checked, err := l.check(ctx)
	if err != nil {
		return err
	}
	report.checked = checked
	return report.publish()
}
