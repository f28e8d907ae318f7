package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// growthCost is what a request of a kind cost on a database: the median of its times, and the
// mean of what was read. Rows are not known of SQLite.
type growthCost struct {
	kind        string
	time        time.Duration
	pages, rows float64
}

const growthWarmUp = 20

// cachePause is longer than a server that has just started goes without its cache.
const cachePause = 6 * time.Second

// measureAll measures each kind of request on servers of their own.
func (g *grown) measureAll(ctx context.Context, o growthOptions) ([]growthCost, error) {
	var costs []growthCost
	for _, cached := range []bool{false, true} {
		apps := "APPS=auth,api"
		if cached {
			apps = "APPS=cache,auth,throttling,api,docs,metrics"
		}
		server, err := g.lab.startServer(ctx, "growth", "warn", &database{settings: append(g.database.settings, apps)})
		if err != nil {
			return nil, err
		}
		if cached {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(cachePause):
			}
		}
		for _, kind := range growthKinds() {
			if kind.cached != cached {
				continue
			}
			one, err := g.measureKind(ctx, server, kind, o.requests)
			if err != nil {
				return nil, server.explain(fmt.Errorf("%s: %w", kind.name, err))
			}
			g.lab.note("%d messages, %s: %v, %.1f pages, %.1f rows", g.messages, one.kind, one.time, one.pages, one.rows)
			costs = append(costs, one)
		}
		if err := server.stop(); err != nil {
			return nil, err
		}
	}
	if o.searches {
		searched, err := g.measureSearches(ctx, o)
		return append(costs, searched...), err
	}
	return costs, nil
}

func (g *grown) measureKind(ctx context.Context, server *process, kind growthKind, requests int) (growthCost, error) {
	connected, err := dial(ctx, server.address, 5*time.Minute)
	if err != nil {
		return growthCost{}, err
	}
	defer connected.Close()
	random := rand.New(rand.NewPCG(7, 7))
	var times []time.Duration
	ask := func(count int) error {
		for i := range count {
			request := kind.next(g, random, i)
			began := time.Now()
			answer, err := connected.exchange(request.bytes)
			if err != nil {
				return err
			}
			times = append(times, time.Since(began))
			if answer.status != request.want {
				return fmt.Errorf("answered with %d: %.200s", answer.status, answer.body)
			}
		}
		return nil
	}
	if err := ask(growthWarmUp); err != nil {
		return growthCost{}, err
	}
	pagesBefore, rowsBefore, err := g.read(ctx, server, ask)
	if err != nil {
		return growthCost{}, err
	}
	times = times[:0]
	if err := ask(requests); err != nil {
		return growthCost{}, err
	}
	slices.Sort(times)
	middle := times[len(times)/2]
	pages, rows, err := g.read(ctx, server, ask)
	count := float64(requests + 1)
	return growthCost{kind.name, middle, (pages - pagesBefore) / count, (rows - rowsBefore) / count}, err
}

// flushPause is after what PostgreSQL tells what it counted, with the next transaction on the connection.
const flushPause = 1100 * time.Millisecond

const selectRead = `SELECT
	(SELECT CAST(sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)) AS float8)
		FROM pg_statio_user_tables),
	(SELECT CAST(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS float8) FROM pg_stat_user_tables)`

// read tells how many pages and rows were read so far: of the tables on PostgreSQL, of the file on SQLite.
func (g *grown) read(ctx context.Context, server *process, ask func(int) error) (pages, rows float64, err error) {
	if g.database.postgres == nil {
		const pageBytes = 4096
		counters, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", server.command.Process.Pid))
		if err != nil {
			return 0, 0, err
		}
		_, rest, _ := strings.Cut(string(counters), "rchar: ")
		number, _, _ := strings.Cut(rest, "\n")
		bytes, err := strconv.ParseFloat(number, 64)
		return bytes / pageBytes, 0, err
	}
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(flushPause):
	}
	return pages, rows, errors.Join(ask(1), g.database.sql.QueryRowContext(ctx, selectRead).Scan(&pages, &rows))
}
