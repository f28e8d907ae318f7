package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// The reasons to refuse a server that accepts writes.
var (
	errAnotherSystem    = errors.New("it is another system than the one that this service last wrote to")
	errOldTimeline      = errors.New("it is on an older timeline than the server that this service last wrote to: another one was promoted in its place, and this one should not take writes")
	errForked           = errors.New("it is another server than the one that this service last wrote to on the same timeline: two were promoted, and one of them should not take writes")
	errNoIdentity       = errors.New("the table server_identity is no longer there, or the user may not use its schema (SQLSTATE 42P01)")
	errDatabaseMoved    = errors.New("the database was last written on another system: if it was restored or moved here on purpose, run `messenger-api migrate adopt`")
	errSeveralPrimaries = errors.New("several servers take writes, and nothing tells which is the right one: stop all but that one")
)

// fence keeps this process from writing to a former primary (split brain). It remembers the
// primary that was written to last and compares each new connection with it. It is safe for
// concurrent use.
type fence struct {
	log *slog.Logger
	// readHosts connects to all hosts and returns the state of those that answer.
	readHosts func(ctx context.Context) []serverState
	// singleHost: the configuration has one host, so there is no other server to choose.
	singleHost bool
	// onChange is called after the primary has changed.
	onChange func()
	// adopt accepts a database that was last written on another system.
	adopt bool

	mu sync.Mutex
	// primary is the server that is written to; nil before the first connection.
	primary       *identity
	address       string
	warnedUnknown bool
}

// admit returns an error for a connection to a server that must not be written to.
func (f *fence) admit(ctx context.Context, connection *pgconn.PgConn) error {
	server, err := readServerState(ctx, connection)
	switch {
	case err != nil:
		return err
	case !server.writable:
		return errReadOnly
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !server.known {
		f.warnOfUnknown(server)
		return nil
	}
	if f.primary == nil {
		if err := f.choosePrimary(server, f.readHosts(ctx)); err != nil {
			return err
		}
	}
	return f.check(ctx, server, connection)
}

// check compares a server with the primary, and makes it the primary where it was promoted
// since. Where the timeline has no mark yet, it writes one.
func (f *fence) check(ctx context.Context, server serverState, connection *pgconn.PgConn) error {
	primary := *f.primary
	if server.id.timeline == primary.timeline && server.id.mark != primary.mark && server.hasIdentityTable {
		// Another connection or process may have written the mark meanwhile.
		if err := server.readRecorded(ctx, connection); err != nil {
			return err
		}
	}
	if err := server.checkIsAfter(primary); err != nil {
		return err
	}
	if server.id.mark == "" && server.hasIdentityTable {
		var err error
		if server.id.mark, err = recordIdentity(ctx, connection, server.id); err != nil {
			return err
		}
	}
	f.setPrimary(server)
	return nil
}

// checkIsAfter returns an error unless the server is the primary, or was promoted after it.
func (s serverState) checkIsAfter(primary identity) error {
	marked := s.id.timeline == primary.timeline && primary.mark != ""
	switch {
	case s.id.system != primary.system:
		return fmt.Errorf("%w: %v, and not %v", errAnotherSystem, s.id, primary)
	case s.id.timeline < primary.timeline:
		return fmt.Errorf("%w: %v, and not %v", errOldTimeline, s.id, primary)
	case marked && !s.hasIdentityTable:
		return fmt.Errorf("%w: %v", errNoIdentity, s.id)
	case marked && s.id.mark != primary.mark:
		return fmt.Errorf("%w: %v", errForked, s.id)
	}
	return nil
}

// choosePrimary chooses the server to write to at the start: of those that accept writes the
// one with the highest timeline; if several have that, the one whose database has the mark.
func (f *fence) choosePrimary(server serverState, others []serverState) error {
	best, rivals := server, 0
	for _, other := range others {
		switch {
		case other.startedAt == best.startedAt && other.id.system == best.id.system: // the same server
		case other.id.system != best.id.system:
			return fmt.Errorf("%w: %s is %v, %s is %v", errSeveralPrimaries, best.address, best.id, other.address, other.id)
		case other.id.supersedes(best.id):
			best, rivals = other, 0
		case !best.id.supersedes(other.id):
			rivals++
		}
	}
	if rivals > 0 {
		return fmt.Errorf("%w: they are %v", errSeveralPrimaries, best.id)
	}
	if best.recorded != nil && best.recorded.system != best.id.system && !f.adopt {
		return fmt.Errorf("%w: it is %v, and was %v", errDatabaseMoved, best.id, *best.recorded)
	}
	f.primary = &best.id
	return nil
}

// setPrimary stores the server as the primary, and logs a change.
func (f *fence) setPrimary(server serverState) {
	promoted := server.id.timeline > f.primary.timeline
	if promoted || f.address != server.address {
		level := slog.LevelInfo
		if f.address == "" && f.singleHost {
			level = slog.LevelDebug // with one host there was no choice to report
		}
		f.log.Log(context.Background(), level, "writing to a PostgreSQL server", "host", server.address, "before", f.address,
			"system", server.id.system, "timeline", server.id.timeline)
	}
	f.primary, f.address = &server.id, server.address
	if promoted {
		f.onChange()
	}
}

func (f *fence) warnOfUnknown(server serverState) {
	if !f.warnedUnknown {
		f.warnedUnknown = true
		f.log.Warn("the PostgreSQL server does not tell its system identifier and timeline, so two servers that take writes are not told apart",
			"host", server.address)
	}
}
