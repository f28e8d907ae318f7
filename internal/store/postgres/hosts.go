package postgres

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// How often all hosts are looked at, and how long one may take to say what it is.
const (
	lookEvery   = 5 * time.Second
	lookTimeout = time.Second
	lookRemind  = time.Minute
)

// newFence makes a fence around the hosts of the configuration.
func newFence(all *pgx.ConnConfig, changed func(), log *slog.Logger) *fence {
	each := eachHost(all)
	return &fence{log: log, single: len(each) < 2, changed: changed, others: func(ctx context.Context) []described {
		if len(each) < 2 {
			return nil
		}
		return describeAll(ctx, each)
	}}
}

// eachHost gives a configuration for each host of one for several.
func eachHost(all *pgx.ConnConfig) []*pgconn.Config {
	ways := append([]*pgconn.FallbackConfig{{Host: all.Host, Port: all.Port, TLSConfig: all.TLSConfig}}, all.Fallbacks...)
	places := map[string]*pgconn.Config{}
	var each []*pgconn.Config
	for _, way := range ways {
		place := net.JoinHostPort(way.Host, strconv.Itoa(int(way.Port)))
		if one := places[place]; one != nil {
			one.Fallbacks = append(one.Fallbacks, way) // the same host with or without TLS
			continue
		}
		one := all.Config.Copy()
		one.Host, one.Port, one.TLSConfig, one.Fallbacks = way.Host, way.Port, way.TLSConfig, nil
		places[place] = one
		each = append(each, one)
	}
	return each
}

// describeAll asks all hosts at once what they are; those that don't answer are left out.
func describeAll(ctx context.Context, each []*pgconn.Config) []described {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	answers := make([]described, len(each))
	var all sync.WaitGroup
	for i, one := range each {
		all.Go(func() {
			connection, err := pgconn.ConnectConfig(ctx, one)
			if err != nil {
				return
			}
			defer connection.Close(ctx)
			if d, err := describe(ctx, connection); err == nil {
				answers[i] = d
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(answers, func(d described) bool { return !d.known })
}

// WatchHosts looks at all hosts now and then, until ctx ends: where another server was
// promoted while the one that is written to goes on, that one is left.
func (s *Store) WatchHosts(ctx context.Context) error {
	var reported time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
		rivals := s.fence.compare(s.fence.others(ctx))
		if len(rivals) > 0 && time.Since(reported) >= lookRemind {
			reported = time.Now()
			s.log.ErrorContext(ctx, "another PostgreSQL server than the one written to takes writes, too: stop it, or make it a standby", "hosts", rivals)
		}
	}
}

// compare leaves the server that is written to where one is on a later timeline, and
// returns the addresses of others that take writes.
func (f *fence) compare(found []described) (rivals []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		return nil
	}
	before := *f.last
	for _, d := range found {
		if d.is.system == f.last.system && d.is.timeline > f.last.timeline {
			f.last = &d.is
		}
	}
	for _, d := range found {
		if d.is.system != f.last.system || d.is.timeline < f.last.timeline || f.last.mark != "" && d.is.mark != f.last.mark {
			rivals = append(rivals, d.address)
		}
	}
	if *f.last != before {
		f.log.Warn("another PostgreSQL server was promoted: connections to the one before are ended", "system", f.last.system, "timeline", f.last.timeline)
		f.changed()
	}
	return rivals
}
