package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// turn is the place of a batch among those on a passage.
type turn struct {
	line         *line
	passage      *passage
	before, done chan struct{}
	// forget stops the watch over the caller's context.
	forget func() bool
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
	} else if isStale(refused) {
		_ = t.failed(errStale) // what it refused is this batch, and none behind it
	}
	t.end()
	if refused == nil {
		refused = broken
	}
	return refused
}

// Why the batches behind another one have failed.
var (
	errCut   = errors.New("the connection was cut for a batch that took too long")
	errStale = errors.New("the server is no longer the one to write to")
)

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
