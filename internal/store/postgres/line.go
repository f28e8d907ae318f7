package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

// line puts batches on one connection, one behind the other: the next one is with
// the database before the one before it is committed, so that the database never
// waits for it. The driver's own pipelines can't: they send or read, one at a time.
// Each batch ends with a Sync and is a transaction of its own; an error of one is
// none of the next.
type line struct {
	pool *pgxpool.Pool
	// server gives the number of the server that is written to.
	server func() int
	// sending holds a value while somebody sends, who may wait for the network.
	sending chan struct{}

	mu sync.Mutex
	// current is nil while nothing is under way.
	current *passage
}

func newLine(pool *pgxpool.Pool, server func() int) *line {
	return &line{pool: pool, server: server, sending: make(chan struct{}, 1)}
}

// errNoConnection: there is none to be had, and another try at once would not help.
var errNoConnection = errors.New("no connection for a batch")

// send writes what add puts together for a batch, and a Sync. An error means that
// nothing was sent; else the caller must call receive. When ctx ends, the
// connection is cut, and all that is under way on it fails.
func (l *line) send(ctx context.Context, add func(*pgproto3.Frontend)) (*turn, error) {
	select {
	case l.sending <- struct{}{}:
		defer func() { <-l.sending }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errNoConnection, ctx.Err())
	}
	t, err := l.join(ctx)
	if err != nil {
		return nil, err
	}
	frontend := t.passage.frontend()
	add(frontend)
	frontend.SendSync(&pgproto3.Sync{})
	if err := frontend.Flush(); err != nil {
		_ = t.failed(fmt.Errorf("send a batch: %w", err))
	}
	return t, nil
}

// join puts a batch on the present passage, or on a new one where that has failed, or
// was kept for long, or leads to a server that was left: then what is under way on it ends first. Only who sends calls it.
func (l *line) join(ctx context.Context) (*turn, error) {
	for {
		t, old := l.joinPresent(ctx)
		switch {
		case t != nil:
			return t, nil
		case old == nil:
			server := l.server()
			opened, err := open(ctx, l.pool)
			if err != nil {
				return nil, err
			}
			opened.server = server
			l.mu.Lock()
			defer l.mu.Unlock()
			l.current = opened
			return l.turnOn(ctx, opened), nil
		}
		select {
		case <-old:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", errNoConnection, ctx.Err())
		}
	}
}

// joinPresent puts a batch on the present passage. Where that is too old, the channel
// is closed when all on it has ended; there is none where there is no passage.
func (l *line) joinPresent(ctx context.Context) (*turn, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch p := l.current; {
	case p == nil || p.failed != nil:
		return nil, nil
	case time.Since(p.opened) >= passageMost, p.server != l.server():
		return nil, p.last
	default:
		return l.turnOn(ctx, p), nil
	}
}

// turnOn gives a batch its place, under the line's mutex.
func (l *line) turnOn(ctx context.Context, p *passage) *turn {
	t := &turn{line: l, passage: p, before: p.last, done: make(chan struct{}), forget: context.AfterFunc(ctx, p.cut)}
	p.last = t.done
	p.underway++
	return t
}
