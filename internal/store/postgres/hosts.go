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

const (
	hostCheckInterval = 5 * time.Second
	hostCheckTimeout  = time.Second
	// hostLogInterval is the shortest time between two log events about another primary.
	hostLogInterval = time.Minute
)

// newFence makes a fence for the hosts of the configuration.
func newFence(config *pgx.ConnConfig, onChange func(), log *slog.Logger) *fence {
	hosts := configPerHost(config)
	return &fence{log: log, singleHost: len(hosts) < 2, onChange: onChange, readHosts: func(ctx context.Context) []serverState {
		if len(hosts) < 2 {
			return nil
		}
		return readServerStates(ctx, hosts)
	}}
}

// configPerHost splits a configuration with several hosts into one for each.
func configPerHost(config *pgx.ConnConfig) []*pgconn.Config {
	fallbacks := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	byAddress := map[string]*pgconn.Config{}
	var hosts []*pgconn.Config
	for _, fallback := range fallbacks {
		address := net.JoinHostPort(fallback.Host, strconv.Itoa(int(fallback.Port)))
		if host := byAddress[address]; host != nil {
			host.Fallbacks = append(host.Fallbacks, fallback) // the same host with or without TLS
			continue
		}
		host := config.Config.Copy()
		host.Host, host.Port, host.TLSConfig, host.Fallbacks = fallback.Host, fallback.Port, fallback.TLSConfig, nil
		byAddress[address] = host
		hosts = append(hosts, host)
	}
	return hosts
}

// readServerStates connects to all hosts at once. Those that don't answer, or don't tell
// their identity, are left out.
func readServerStates(ctx context.Context, hosts []*pgconn.Config) []serverState {
	ctx, cancel := context.WithTimeout(ctx, hostCheckTimeout)
	defer cancel()
	states := make([]serverState, len(hosts))
	var all sync.WaitGroup
	for i, host := range hosts {
		all.Go(func() {
			connection, err := pgconn.ConnectConfig(ctx, host)
			if err != nil {
				return
			}
			defer connection.Close(ctx)
			if state, err := readServerState(ctx, connection); err == nil {
				states[i] = state
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(states, func(state serverState) bool { return !state.known })
}

// WatchHosts checks all hosts every few seconds until ctx ends. Where another server was
// promoted while the former primary still runs, the connections to that one are closed.
func (s *Store) WatchHosts(ctx context.Context) error {
	var loggedAt time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(hostCheckInterval):
		}
		s.endOutages(ctx)
		otherPrimaries := s.fence.update(s.fence.readHosts(ctx))
		if len(otherPrimaries) > 0 && time.Since(loggedAt) >= hostLogInterval {
			loggedAt = time.Now()
			s.log.ErrorContext(ctx, "another PostgreSQL server than the one written to takes writes, too: stop it, or make it a standby", "hosts", otherPrimaries)
		}
	}
}

// update makes the server on the latest timeline the primary, and returns the addresses of
// the others that accept writes.
func (f *fence) update(servers []serverState) (otherPrimaries []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.primary == nil {
		return nil
	}
	before := *f.primary
	for _, server := range servers {
		if server.id.system == f.primary.system && server.id.timeline > f.primary.timeline {
			f.primary = &server.id
		}
	}
	for _, server := range servers {
		if server.id.system != f.primary.system || server.id.timeline < f.primary.timeline || f.primary.mark != "" && server.id.mark != f.primary.mark {
			otherPrimaries = append(otherPrimaries, server.address)
		}
	}
	if *f.primary != before {
		f.log.Warn("another PostgreSQL server was promoted: connections to the one before are ended", "system", f.primary.system, "timeline", f.primary.timeline)
		f.onChange()
	}
	return otherPrimaries
}
