package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// growthCommand measures the same requests on ever larger databases.
const growthCommand = "growth"

// growthOptions are what the command line says after it.
type growthOptions struct {
	sizes    []int
	database string
	searches bool
	requests int
	soak     time.Duration
}

func readGrowthOptions(arguments []string) (growthOptions, error) {
	var o growthOptions
	var sizes string
	flags := flag.NewFlagSet(growthCommand, flag.ContinueOnError)
	flags.StringVar(&sizes, "sizes", "10000,1000000,10000000", "messages of each database, the smallest first")
	flags.StringVar(&o.database, "database", "postgresql", "postgresql or embedded")
	flags.BoolVar(&o.searches, "searches", false, "index the messages, and measure searches, too")
	flags.IntVar(&o.requests, "requests", 500, "requests of each kind")
	flags.DurationVar(&o.soak, "soak", 0, "how long to send and read, 1 to 20, on the largest one at the end")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	for _, size := range strings.Split(sizes, ",") {
		messages, err := strconv.Atoi(size)
		if err != nil || messages < leastGrowth {
			return o, fmt.Errorf("-sizes: %q is no number from %d on", size, leastGrowth)
		}
		o.sizes = append(o.sizes, messages)
	}
	if flags.NArg() > 0 || o.requests < 10 || growthOpeners[o.database] == nil {
		return o, errors.New("usage: go run ./bench growth [flags]; see -help")
	}
	return o, nil
}

var growthOpeners = map[string]opener{"postgresql": openPostgres, "embedded": openEmbedded}

// runGrowth fills a database of each size, measures and prints.
func runGrowth(ctx context.Context, o growthOptions) (err error) {
	l, err := openLab(options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	results := growthResults{options: o}
	for i, size := range o.sizes {
		grown, err := newGrown(ctx, l, o, size)
		if err != nil {
			return fmt.Errorf("%d messages: %w", size, err)
		}
		measured, err := grown.measureAll(ctx, o)
		if err != nil {
			return fmt.Errorf("%d messages: %w", size, err)
		}
		results.add(measured)
		if results.relations, err = grown.sizes(ctx); err != nil {
			return err
		}
		if i == len(o.sizes)-1 && o.soak > 0 {
			if err := grown.soak(ctx, o.soak); err != nil {
				return fmt.Errorf("soak: %w", err)
			}
		}
		if err := grown.drop(); err != nil {
			return err
		}
	}
	writeMarkdown(os.Stdout, results.tables())
	return nil
}
