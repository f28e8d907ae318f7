package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"messenger-api/internal/words"
)

// reindexCommand measures sends and cached pages before, while and after the index of words is made anew.
const reindexCommand = "reindex"

// reindexOptions are what the command line says after it.
type reindexOptions struct {
	database                 string
	messages, clients, steps int
	step, pause              time.Duration
}

func readReindexOptions(arguments []string) (reindexOptions, error) {
	var o reindexOptions
	flags := flag.NewFlagSet(reindexCommand, flag.ContinueOnError)
	flags.StringVar(&o.database, "database", "postgresql", "postgresql or embedded")
	flags.IntVar(&o.messages, "messages", 1_000_000, "messages in the database")
	flags.IntVar(&o.clients, "clients", 4, "clients at once")
	flags.IntVar(&o.steps, "steps", 5, "how often each rate is measured before and after; the median counts")
	flags.DurationVar(&o.step, "step", 2*time.Second, "how long a rate is measured each time")
	flags.DurationVar(&o.pause, "pause", 4*time.Second, "how long there are only searches after both rates were measured")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.messages < leastGrowth || min(o.clients, o.steps) < 1 || o.step < time.Second || !isGrowthDatabase(o.database) {
		return o, errors.New("usage: go run ./bench reindex [flags]; see -help")
	}
	return o, nil
}

// The index of an older version of the analyser counts as complete, so that nothing is indexed before the version
// changes. Only the chat that is searched is really indexed, by its first search.
const (
	pretendIndexed = `
		INSERT INTO search_positions (chat_id, seq, newest_at) SELECT chat_id, last_seq, 0 FROM chats WHERE chat_name <> '%s'`
	pretendOlder = `
		UPDATE search_versions SET version = '000000000000'`
)

// reindex is a run of the command.
type reindex struct {
	*grown

	options reindexOptions
	server  *process
	phases  []*phase
	// sent counts the acknowledged messages of the load, searchedSent those of the one who searches.
	sent, searchedSent int64
	// filled and killed are when, after the change of the version, the index was complete, and the server killed.
	filled, killed time.Duration
}

// runReindex measures and prints.
func runReindex(ctx context.Context, o reindexOptions) (err error) {
	l, err := openLab(options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.build(ctx); err != nil {
		return err
	}
	g, err := openGrown(ctx, l, growthOptions{database: o.database}, o.messages)
	if err != nil {
		return err
	}
	r := &reindex{grown: g, options: o}
	if err := r.run(ctx); err != nil {
		if r.server != nil {
			err = r.server.explain(err)
		}
		return err
	}
	relations, err := g.sizes(ctx)
	if err != nil {
		return err
	}
	writeMarkdown(os.Stdout, r.tables(relations))
	return nil
}

// run goes through the phases.
func (r *reindex) run(ctx context.Context) error {
	if err := r.database.execute(ctx, fmt.Sprintf(pretendIndexed, r.chatName(r.searchedChat()))); err != nil {
		return err
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	if err := r.sendSearched(ctx); err != nil {
		return err
	}
	steps := func(count int) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { count--; return count < 0, nil }
	}
	if err := r.phase(ctx, "before", steps(r.options.steps)); err != nil {
		return err
	}
	if err := r.server.stop(); err != nil {
		return err
	}
	if err := r.database.execute(ctx, pretendOlder); err != nil {
		return err
	}
	began := time.Now()
	if err := r.start(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, "during, to the kill", r.indexed(0.4)); err != nil {
		return err
	}
	r.server.kill()
	r.killed = time.Since(began)
	if err := r.start(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, "during, after the kill", r.complete); err != nil {
		return err
	}
	r.filled = time.Since(began)
	if err := r.phase(ctx, "after", steps(r.options.steps)); err != nil {
		return err
	}
	messages, _, err := r.database.count(ctx)
	if want := int64(r.messages) + r.sent + r.searchedSent; err == nil && messages != want {
		err = fmt.Errorf("%d messages are stored, and %d were written or acknowledged", messages, want)
	}
	return errors.Join(err, r.server.stop())
}

// start starts a server, and has it work until it caches pages.
func (r *reindex) start(ctx context.Context) (err error) {
	if r.server, err = r.lab.startServer(ctx, "reindex", "info", r.database); err != nil {
		return err
	}
	warm, err := load(ctx, r.server.address, r.sendScripts(), cachePause, time.Second)
	r.sent += warm.created
	return err
}

const (
	selectNewIndexed = `SELECT CAST(coalesce(sum(seq), 0) AS bigint) FROM search_positions_`
	selectNewBuilt   = `SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('search_index_%s_words') AND indisvalid)`
	selectNotFilling = `SELECT filling = 0 FROM search_versions WHERE version = '%s'`
)

// indexed says whether the new index has the share of the messages.
func (r *reindex) indexed(share float64) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		var indexed int64
		err := r.database.sql.QueryRowContext(ctx, selectNewIndexed+words.Version()).Scan(&indexed)
		return float64(indexed) >= share*float64(r.messages), err
	}
}

// complete says whether the new index has all that was there at first, and has been built.
func (r *reindex) complete(ctx context.Context) (bool, error) {
	done, err := r.indexed(1)(ctx)
	if err != nil || !done {
		return false, err
	}
	query := selectNotFilling
	if r.database.postgres != nil {
		query = selectNewBuilt
	}
	err = r.database.sql.QueryRowContext(ctx, fmt.Sprintf(query, words.Version())).Scan(&done)
	return done, err
}
