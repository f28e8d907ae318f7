package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How often the lock is confirmed, and how long it is believed without.
const (
	aloneConfirmEvery = time.Second
	aloneBelieved     = 2 * time.Second
)

// lockAlone takes the lock that one process at a time holds for the life of its
// connection. The key is the word "messenge" in ASCII.
const lockAlone = `SELECT pg_try_advisory_lock(7882833662242088805)`

// Alone keeps trying, until ctx ends, to be the one process that serves on this
// database, on a connection of its own. It calls held with true when this
// process has become it, and with false when that can't be confirmed any more;
// waiting is called once while another process is it.
func (s *Store) Alone(ctx context.Context, held func(bool), waiting func()) error {
	told := false
	for ctx.Err() == nil {
		err := s.aloneOnce(ctx, held)
		if errors.Is(err, errNotAlone) && !told {
			told = true
			waiting()
		} else if err != nil && !errors.Is(err, errNotAlone) && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the lock of the one serving process can't be had; tried again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(aloneConfirmEvery):
		}
	}
	return nil
}

var errNotAlone = errors.New("another process serves on this database")

// aloneOnce holds the lock as long as it can.
func (s *Store) aloneOnce(ctx context.Context, held func(bool)) error {
	connection, err := s.connectAlone(ctx)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = connection.Close(closing) // the lock ends with the connection, however that ends
	}()
	held(true)
	defer held(false)
	confirmed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(aloneConfirmEvery):
		}
		asked := time.Now()
		confirming, cancel := context.WithDeadline(ctx, confirmed.Add(aloneBelieved))
		_, err := connection.Exec(confirming, "SELECT 1")
		cancel()
		if err != nil {
			return fmt.Errorf("confirm the lock: %w", err)
		}
		confirmed = asked
	}
}

func (s *Store) connectAlone(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	connection, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	var locked bool
	if err = connection.QueryRow(ctx, lockAlone).Scan(&locked); err == nil && !locked {
		err = errNotAlone
	}
	if err != nil {
		_ = connection.Close(ctx) // its failure tells nothing that err does not
		return nil, err
	}
	return connection, nil
}
