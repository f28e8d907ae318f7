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

// growthOptions are the flags of the command growth.
type growthOptions struct {
	sizes                      []int
	database                   string
	keep, searches, explain    bool
	requests, searched, rounds int
	soak                       time.Duration
}

func readGrowthOptions(arguments []string) (growthOptions, error) {
	var o growthOptions
	var sizes string
	flags := flag.NewFlagSet(growthCommand, flag.ContinueOnError)
	flags.StringVar(&sizes, "sizes", "10000,1000000,10000000", "messages of each database, the smallest first")
	flags.StringVar(&o.database, "database", postgresGrowth, "postgresql or embedded")
	flags.BoolVar(&o.keep, "keep", false,
		"keep the databases and use those kept before: bench_growth_SIZE on PostgreSQL, "+keptDirectory+"/growth-SIZE embedded")
	flags.IntVar(&o.requests, "requests", 500, "requests of each kind; 0 to leave them out")
	flags.BoolVar(&o.searches, "searches", false, "index the messages, and measure searches, too")
	flags.IntVar(&o.searched, "searched", 20, "searches of each kind")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds that these are measured in, the sizes in turn; the median counts")
	flags.BoolVar(&o.explain, "explain", false, "print the plans of a page, a repeated send and a search on the largest one (PostgreSQL)")
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
	if flags.NArg() > 0 || o.requests < 0 || o.searched < 1 || o.rounds < 1 || !isGrowthDatabase(o.database) {
		return o, errors.New("usage: go run ./bench growth [flags]; see -help")
	}
	return o, nil
}

// runGrowth fills a database of each size, or takes the kept one, measures all of them side by side and prints.
func runGrowth(ctx context.Context, o growthOptions) (err error) {
	l, err := openLab(options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	var all []*grown
	for _, size := range o.sizes {
		one, err := openGrown(ctx, l, o, size)
		if err != nil {
			return fmt.Errorf("%d messages: %w", size, err)
		}
		all = append(all, one)
	}
	measured, err := measureGrowth(ctx, l, all, o)
	if err != nil {
		return err
	}
	largest := all[len(all)-1]
	relations, err := largest.sizes(ctx)
	if err != nil {
		return err
	}
	writeMarkdown(os.Stdout, growthTables(o, measured, relations))
	if o.explain && largest.database.postgres != nil {
		if err := largest.explain(ctx, os.Stdout); err != nil {
			return fmt.Errorf("explain: %w", err)
		}
	}
	if o.soak > 0 {
		if err := largest.soak(ctx, o.soak); err != nil {
			return fmt.Errorf("soak: %w", err)
		}
	}
	return nil
}
