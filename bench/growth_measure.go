package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

// growthCost is what a kind of request cost on one database: the median time of each round, and the mean of what a
// request read. Rows are not known of SQLite.
type growthCost struct {
	rounds      []time.Duration
	pages, rows float64
	// found is how many results a search had; unfinished how many searches did not end while the request waited.
	found, unfinished int
}

func (c *growthCost) time() time.Duration { return median(c.rounds) }

// measuredKind has the costs of a kind, one of each size.
type measuredKind struct {
	growthKind

	costs []growthCost
}

const (
	growthCounted = 20 // requests that pages and rows are counted of
	measureTime   = 4 * time.Hour
)

// cachePause is longer than a server on PostgreSQL goes without its cache after it has become the leader: 3 s.
const cachePause = 6 * time.Second

// growthClient asks a server of its own on one of the databases.
type growthClient struct {
	*grown
	*process

	connected *connection
	random    *rand.Rand
	asked     int
}

// measureGrowth measures each kind of request on all databases: what it reads, then its time in rounds, in each of
// which the databases have their turn.
func measureGrowth(ctx context.Context, l *lab, all []*grown, o growthOptions) (measured []measuredKind, err error) {
	for _, on := range []growthServer{uncached, cached, searching} {
		kinds := measuredKinds(on, o)
		if len(kinds) == 0 {
			continue
		}
		some, err := measureOn(ctx, l, all, o, on, kinds)
		if err != nil {
			return nil, err
		}
		measured = append(measured, some...)
	}
	return measured, nil
}

// measuredKinds are the kinds on a server that the options ask for.
func measuredKinds(on growthServer, o growthOptions) (kinds []growthKind) {
	if on == searching && o.searches {
		return growthSearches()
	}
	for _, kind := range growthKinds() {
		if kind.on == on && o.requests > 0 {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func measureOn(
	ctx context.Context, l *lab, all []*grown, o growthOptions, on growthServer, kinds []growthKind,
) (measured []measuredKind, err error) {
	var clients []*growthClient
	defer func() {
		for _, one := range clients {
			err = errors.Join(err, one.stop())
		}
	}()
	for _, g := range all {
		client, err := g.startClient(ctx, on)
		if client != nil {
			clients = append(clients, client)
		}
		if err != nil {
			return nil, err
		}
	}
	if on == cached {
		if err := wait(ctx, cachePause); err != nil {
			return nil, err
		}
	}
	requests := o.requests
	if on == searching {
		requests = o.searched
	}
	for _, kind := range kinds {
		measured = append(measured, measuredKind{kind, make([]growthCost, len(clients))})
	}
	if err := countReads(ctx, clients, measured, min(requests, growthCounted)); err != nil {
		return nil, err
	}
	for i := range measured {
		if err := measured[i].measureTimes(ctx, clients, o.rounds, max(1, requests/o.rounds)); err != nil {
			return nil, err
		}
		for j, cost := range measured[i].costs {
			l.note("%d messages, %s: %v, %.1f pages, %.1f rows", all[j].messages, measured[i].name, cost.time(), cost.pages, cost.rows)
		}
	}
	return measured, nil
}

// startClient starts a server; with the app search, all is indexed when it returns.
func (g *grown) startClient(ctx context.Context, on growthServer) (*growthClient, error) {
	settings := g.database.settings
	switch on {
	case uncached:
		settings = append(settings, "APPS=auth,api")
	case cached:
		settings = append(settings, "APPS=cache,auth,throttling,api,docs,metrics")
	case searching:
	}
	server, err := g.lab.startServer(ctx, fmt.Sprintf("growth-%d", g.messages), "warn", &database{settings: settings})
	if err != nil {
		return nil, err
	}
	client := &growthClient{grown: g, process: server, random: rand.New(rand.NewPCG(7, 7))}
	if on == searching {
		if err := g.awaitIndex(ctx, server); err != nil {
			return client, server.explain(err)
		}
	}
	return client, nil
}

// connect makes a new connection: the server closes those that were idle while others had their turn.
func (c *growthClient) connect(ctx context.Context) (err error) {
	if c.connected != nil {
		c.connected.Close()
	}
	c.connected, err = dial(ctx, c.address, measureTime)
	return err
}

// ask makes a request of the kind, and takes its time.
func (c *growthClient) ask(ctx context.Context, kind growthKind) (time.Duration, error) {
	c.asked++
	if kind.on == searching {
		return c.search(ctx, kind.query)
	}
	request := kind.next(c.grown, c.random, c.asked)
	began := time.Now()
	answer, err := c.connected.exchange(request.bytes)
	took := time.Since(began)
	if err == nil && answer.status != request.want {
		err = fmt.Errorf("answered with %d: %.200s", answer.status, answer.body)
	}
	return took, err
}

func (m *measuredKind) measureTimes(ctx context.Context, clients []*growthClient, rounds, requests int) error {
	for range rounds {
		for i, client := range clients {
			if err := client.connect(ctx); err != nil {
				return err
			}
			var times []time.Duration
			for range requests {
				took, err := client.ask(ctx, m.growthKind)
				switch {
				case errors.Is(err, errUnfinished):
					m.costs[i].unfinished++
				case err != nil:
					return client.process.explain(fmt.Errorf("%s: %w", m.name, err))
				}
				times = append(times, took)
			}
			m.costs[i].rounds = append(m.costs[i].rounds, median(times))
		}
	}
	return nil
}

// countReads finds out how many pages and rows a request of each kind reads. The requests warm the caches up, too.
func countReads(ctx context.Context, clients []*growthClient, measured []measuredKind, requests int) error {
	before, err := readCounters(ctx, clients)
	if err != nil {
		return err
	}
	for i := range measured {
		kind := &measured[i]
		for j, client := range clients {
			if err := client.connect(ctx); err != nil {
				return err
			}
			for range requests {
				if _, err := client.ask(ctx, kind.growthKind); err != nil && !errors.Is(err, errUnfinished) {
					return client.process.explain(fmt.Errorf("%s: %w", kind.name, err))
				}
			}
			if kind.on == searching {
				if kind.costs[j].found, err = client.countFound(ctx, kind.query); err != nil {
					return client.process.explain(fmt.Errorf("%s: %w", kind.name, err))
				}
			}
		}
		after, err := readCounters(ctx, clients)
		if err != nil {
			return err
		}
		for j := range clients {
			kind.costs[j].pages = (after[j].pages - before[j].pages) / float64(requests)
			kind.costs[j].rows = (after[j].rows - before[j].rows) / float64(requests)
		}
		before = after
	}
	return nil
}

// readCounter is how many pages and rows were read so far.
type readCounter struct{ pages, rows float64 }

const selectRead = `SELECT
	(SELECT CAST(sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)) AS float8)
		FROM pg_statio_user_tables),
	(SELECT CAST(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS float8) FROM pg_stat_user_tables)`

// readCounters reads what was read so far: of the tables on PostgreSQL, of the files on SQLite. PostgreSQL's
// processes tell what they counted once they have been idle for a while.
func readCounters(ctx context.Context, clients []*growthClient) (counters []readCounter, err error) {
	if clients[0].database.postgres != nil {
		if err := wait(ctx, countingDelay); err != nil {
			return nil, err
		}
	}
	for _, client := range clients {
		var counter readCounter
		if client.database.postgres != nil {
			err = client.database.sql.QueryRowContext(ctx, selectRead).Scan(&counter.pages, &counter.rows)
		} else {
			counter.pages, err = client.pagesRead()
		}
		if err != nil {
			return nil, fmt.Errorf("what was read: %w", err)
		}
		counters = append(counters, counter)
	}
	return counters, nil
}

// pagesRead is how much the process has read from files, in pages of SQLite.
func (p *process) pagesRead() (float64, error) {
	const pageBytes = 4096
	counters, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(counters), "rchar: ")
	number, _, _ := strings.Cut(rest, "\n")
	bytes, err := strconv.ParseFloat(number, 64)
	return bytes / pageBytes, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
