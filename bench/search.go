package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

// searchCommand measures searching.
const searchCommand = "search"

// searchOptions are its flags.
type searchOptions struct {
	messages, chats, accounts, chatsEach int
	tasks, atOnce                        int
	compare                              bool
}

func readSearchOptions(arguments []string) (searchOptions, error) {
	var o searchOptions
	flags := flag.NewFlagSet(searchCommand, flag.ContinueOnError)
	flags.IntVar(&o.messages, "messages", 1_000_000, "messages to search in")
	flags.IntVar(&o.chats, "chats", 1000, "chats that they are in")
	flags.IntVar(&o.accounts, "accounts", 50, "accounts that search")
	flags.IntVar(&o.chatsEach, "chats-each", 20, "chats that each account is in")
	flags.IntVar(&o.tasks, "tasks", 500, "searches to measure")
	flags.IntVar(&o.atOnce, "at-once", 32, "searches at once where one consumer's rate is measured")
	flags.BoolVar(&o.compare, "compare", false, "PostgreSQL only: compare the index with the other kind and with none")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || min(o.messages, o.chats, o.accounts-1, o.chatsEach, o.tasks, o.atOnce) < 1 || o.chatsEach > o.chats {
		return o, errors.New("usage: go run ./bench search [flags]; each number is 1 at least; see -help")
	}
	return o, nil
}

// searchTarget is a setup of servers that is measured.
type searchTarget struct {
	name string
	open opener
	// settings are those of the server and of the consumer, if there is one.
	settings []string
	consumer bool
}

func searchTargets() ([]searchTarget, error) {
	rabbit := os.Getenv("TEST_RABBITMQ_URL")
	redis := os.Getenv("TEST_REDIS_URL")
	if rabbit == "" || redis == "" {
		return nil, errors.New("TEST_RABBITMQ_URL and TEST_REDIS_URL are not set: run this by make bench-search")
	}
	return []searchTarget{
		{"embedded", openEmbedded, nil, false},
		{"postgresql", openPostgres, nil, false},
		{"postgresql, redis, rabbitmq", nil, []string{"CACHE_TYPE=redis", "REDIS_URL=" + redis, "RMQ_URL=" + rabbit}, true},
	}, nil
}

// searchFigures are the measurements of one target.
type searchFigures struct{ rows [][2]string }

func (f *searchFigures) add(name, format string, values ...any) {
	f.rows = append(f.rows, [2]string{name, fmt.Sprintf(format, values...)})
}

// runSearch measures and prints.
func runSearch(ctx context.Context, o searchOptions) (err error) {
	targets, err := searchTargets()
	if err != nil {
		return err
	}
	l, err := openLab(options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	var filled *archive
	for _, target := range targets {
		// The last target has the same database with another queue.
		if target.open != nil {
			if filled, err = newArchive(ctx, l, target, o); err != nil {
				return fmt.Errorf("%s: %w", target.name, err)
			}
		}
		figures, err := filled.measure(ctx, target, o)
		if err != nil {
			return fmt.Errorf("%s: %w", target.name, err)
		}
		fmt.Printf("\n%s\n", target.name)
		for _, row := range figures.rows {
			fmt.Printf("  %-52s %s\n", row[0], row[1])
		}
	}
	return nil
}

// spread returns the median and the 99th percentile of times.
func spread(times []time.Duration) string {
	slices.Sort(times)
	last := times[min(len(times)*99/100, len(times)-1)]
	return fmt.Sprintf("median %.1f ms, p99 %.1f ms", milliseconds(median(times)), milliseconds(last))
}
