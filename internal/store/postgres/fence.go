package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// Why a server that takes writes is not written to.
var (
	errAnotherSystem = errors.New("it is another system than the one that this service last wrote to")
	errOldTimeline   = errors.New("it is on an older timeline than the server that this service last wrote to: another one was promoted in its place, and this one should not take writes")
	errForked        = errors.New("it is another server than the one that this service last wrote to on the same timeline: two were promoted, and one of them should not take writes")
	errMoved         = errors.New("the database was last written on another system: if it was restored or moved here on purpose, run `messenger-api migrate adopt`")
	errUndecided     = errors.New("several servers take writes, and nothing tells which is the right one: stop all but that one")
)

// fence keeps this process from writing to two servers. It remembers the server that was
// last written to, and judges each new connection by that. Safe for concurrent use.
type fence struct {
	log *slog.Logger
	// others connects to each host, and describes those that answer.
	others func(ctx context.Context) []described
	// single: there is one host.
	single bool
	// changed is called when another server is written to from now on.
	changed func()

	mu sync.Mutex
	// last is the server that is written to; nil before the first connection.
	last    *identity
	address string
	// adopting takes the database whatever system it was last written on.
	adopting bool
	warned   bool
}

// admit refuses a connection to a server that must not be written to.
func (f *fence) admit(ctx context.Context, connection *pgconn.PgConn) error {
	d, err := describe(ctx, connection)
	switch {
	case err != nil:
		return err
	case !d.writable:
		return errReadOnly
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !d.known {
		f.warnOfUnknown(d)
		return nil
	}
	if f.last == nil {
		if err := f.choose(d, f.others(ctx)); err != nil {
			return err
		}
	}
	return f.judge(ctx, d, connection)
}

// judge compares a server with the one that was last written to.
func (f *fence) judge(ctx context.Context, d described, connection *pgconn.PgConn) error {
	last := *f.last
	if d.is.timeline == last.timeline && d.is.mark != last.mark && d.keeps {
		// Another connection, or process, may have been the first one since.
		if err := d.readKept(ctx, connection); err != nil {
			return err
		}
	}
	switch {
	case d.is.system != last.system:
		return fmt.Errorf("%w: %v, and not %v", errAnotherSystem, d.is, last)
	case d.is.timeline < last.timeline:
		return fmt.Errorf("%w: %v, and not %v", errOldTimeline, d.is, last)
	case d.is.timeline == last.timeline && last.mark != "" && d.is.mark != last.mark:
		return fmt.Errorf("%w: %v", errForked, d.is)
	}
	if d.is.mark == "" && d.keeps {
		var err error
		if d.is.mark, err = keep(ctx, connection, d.is); err != nil {
			return err
		}
	}
	f.follow(d)
	return nil
}

// choose finds the server to write to before any was: of all that take writes the one with
// the highest timeline; of several with that, the one that the service has marked.
func (f *fence) choose(d described, others []described) error {
	best, rivals := d, 0
	for _, other := range others {
		switch {
		case other.started == best.started && other.is.system == best.is.system: // the same server
		case other.is.system != best.is.system:
			return fmt.Errorf("%w: %s is %v, %s is %v", errUndecided, best.address, best.is, other.address, other.is)
		case other.is.newerThan(best.is):
			best, rivals = other, 0
		case !best.is.newerThan(other.is):
			rivals++
		}
	}
	if rivals > 0 {
		return fmt.Errorf("%w: they are %v", errUndecided, best.is)
	}
	if best.kept != nil && best.kept.system != best.is.system && !f.adopting {
		return fmt.Errorf("%w: it is %v, and was %v", errMoved, best.is, *best.kept)
	}
	f.last = &best.is
	return nil
}

// follow takes the server for the one that is written to.
func (f *fence) follow(d described) {
	promoted := d.is.timeline > f.last.timeline
	if promoted || f.address != d.address {
		level := slog.LevelInfo
		if f.address == "" && f.single {
			level = slog.LevelDebug // where there is one host, it was no choice
		}
		f.log.Log(context.Background(), level, "writing to a PostgreSQL server", "host", d.address, "before", f.address, "system", d.is.system, "timeline", d.is.timeline)
	}
	f.last, f.address = &d.is, d.address
	if promoted {
		f.changed()
	}
}

func (f *fence) warnOfUnknown(d described) {
	if !f.warned {
		f.warned = true
		f.log.Warn("the PostgreSQL server does not tell its system identifier and timeline, so two servers that take writes are not told apart", "host", d.address)
	}
}
