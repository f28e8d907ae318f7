package postgres

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// passageMost is how long batches keep one connection, where there are always
	// some: then others get it who wait for one, or the pool replaces it.
	passageMost = time.Second
	// abandonTimeout bounds the farewell to a connection that failed.
	abandonTimeout = 2 * time.Second
)

// passage is a connection from the pool, from the first batch that is put on it
// until none is under way. Who sends may write to it, and the batch whose turn it is
// reads.
type passage struct {
	connection *pgxpool.Conn
	network    net.Conn // that of connection
	opened     time.Time
	server     int // the number of the server that it leads to

	// The line's mutex guards these.
	underway int
	// last is closed when the newest batch has been answered.
	last chan struct{}
	// failed says why the connection is of no more use.
	failed error
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
	network := connection.Conn().PgConn().Conn()
	return &passage{connection: connection, network: network, opened: time.Now(), last: first}, nil
}

func (p *passage) frontend() *pgproto3.Frontend { return p.connection.Conn().PgConn().Frontend() }

// cut ends all waiting on the connection. It may come late, when that is no longer ours.
func (p *passage) cut() {
	_ = p.network.SetDeadline(time.Unix(1, 0)) // it is closed already
}

// abandon tells the server to give up what still runs, and closes the connection.
func (p *passage) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), abandonTimeout)
	defer cancel()
	connection := p.connection.Conn()
	// The server may be gone, and the connection broken: then there is nothing to end.
	_ = connection.PgConn().CancelRequest(ctx)
	_ = p.network.Close()
	_ = connection.Close(ctx)
	p.connection.Release()
}
