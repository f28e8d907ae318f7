package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

// abandonTimeout bounds the farewell to a connection that failed.
const abandonTimeout = 2 * time.Second

// line puts batches on one connection, one behind the other: the next one is with
// the database before the one before it is committed, so that the database never
// waits for it. The driver's own pipelines can't: they send or read, one at a time.
// Each batch ends with a Sync and is a transaction of its own; an error of one is
// none of the next.
type line struct {
	pool *pgxpool.Pool

	mu sync.Mutex
	// current is nil while nothing is under way.
	current *passage
}

// passage is a connection from the pool, from the first batch that is put on it
// until none is under way. The line's mutex guards its fields and what is written;
// what is read is the business of the batch whose turn it is.
type passage struct {
	connection *pgxpool.Conn
	underway   int
	// last is closed when the newest batch has been answered.
	last chan struct{}
	// failed says why the connection is of no more use.
	failed error
}

// turn is the place of a batch among those on a passage.
type turn struct {
	line         *line
	passage      *passage
	before, done chan struct{}
	// forget stops the watch over the caller's context.
	forget func() bool
}

// errNoConnection: there is none to be had, and another try at once would not help.
var errNoConnection = errors.New("no connection for a batch")

// send writes what add puts together for a batch, and a Sync. An error means that
// nothing was sent; else the caller must call receive. When ctx ends, the
// connection is cut, and all that is under way on it fails.
func (l *line) send(ctx context.Context, add func(*pgproto3.Frontend)) (*turn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || l.current.failed != nil {
		opened, err := open(ctx, l.pool)
		if err != nil {
			return nil, err
		}
		l.current = opened
	}
	p := l.current
	t := &turn{line: l, passage: p, before: p.last, done: make(chan struct{}), forget: context.AfterFunc(ctx, p.cut)}
	p.last = t.done
	p.underway++
	frontend := p.frontend()
	add(frontend)
	frontend.SendSync(&pgproto3.Sync{})
	if err := frontend.Flush(); err != nil {
		p.failed = fmt.Errorf("send a batch: %w", err)
	}
	return t, nil
}

// receive waits for the turn of the batch and reads the answer to its end: each row
// goes to read. An error of the database against the batch is a *pgconn.PgError;
// after any other one, and a fatal one, it is not known what became of the batch.
func (t *turn) receive(read func(*pgproto3.DataRow) error) error {
	<-t.before
	refused, broken := error(nil), t.failed(nil)
	if broken == nil {
		refused, broken = readAnswer(t.passage.frontend(), read)
	}
	if !t.forget() && broken == nil {
		_ = t.failed(errCut) // by this batch, whose answer came just in time
	}
	if broken != nil {
		_ = t.failed(broken)
	}
	t.end()
	if refused == nil {
		refused = broken
	}
	return refused
}

var errCut = errors.New("the connection was cut for a batch that took too long")

// readAnswer reads up to the end of a transaction, whatever its outcome: refused is
// the database's error, broken why the connection is of no more use.
func readAnswer(frontend *pgproto3.Frontend, read func(*pgproto3.DataRow) error) (refused, broken error) {
	for {
		message, err := frontend.Receive()
		if err != nil {
			return refused, fmt.Errorf("receive what became of a batch: %w", err)
		}
		switch message := message.(type) {
		case *pgproto3.DataRow:
			if err := read(message); err != nil {
				return refused, err
			}
		case *pgproto3.ErrorResponse:
			refused = pgconn.ErrorResponseToPgError(message)
		case *pgproto3.ReadyForQuery:
			return refused, nil
		}
	}
}

// failed returns why the passage has failed, err if it has not before.
func (t *turn) failed(err error) error {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	if t.passage.failed == nil {
		t.passage.failed = err
	}
	return t.passage.failed
}

// end lets the next one have its turn, and the last one gives the connection back.
func (t *turn) end() {
	defer close(t.done)
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	p := t.passage
	if p.underway--; p.underway > 0 {
		return
	}
	if t.line.current == p {
		t.line.current = nil
	}
	if p.failed != nil {
		go p.abandon()
		return
	}
	p.connection.Release()
}

func open(ctx context.Context, pool *pgxpool.Pool) (*passage, error) {
	connection, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoConnection, err)
	}
	for name, statement := range map[string]string{advanceChatsName: advanceChats, insertEventsName: insertEvents} {
		// The connection remembers what it has prepared.
		if _, err := connection.Conn().Prepare(ctx, name, statement); err != nil {
			connection.Release()
			return nil, err
		}
	}
	first := make(chan struct{})
	close(first)
	return &passage{connection: connection, last: first}, nil
}

func (p *passage) frontend() *pgproto3.Frontend { return p.connection.Conn().PgConn().Frontend() }

// cut ends all waiting on the connection.
func (p *passage) cut() {
	_ = p.connection.Conn().PgConn().Conn().SetDeadline(time.Unix(1, 0)) // it is closed already
}

// abandon tells the server to give up what still runs, and closes the connection.
func (p *passage) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), abandonTimeout)
	defer cancel()
	connection := p.connection.Conn()
	// The server may be gone, and the connection broken: then there is nothing to end.
	_ = connection.PgConn().CancelRequest(ctx)
	_ = connection.PgConn().Conn().Close()
	_ = connection.Close(ctx)
	p.connection.Release()
}
