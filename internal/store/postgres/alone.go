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

// Standing is told how it stands with being the one process that serves.
type Standing interface {
	// Held: this process is it, for as long as until; called at first, and again
	// at each confirmation with a later time.
	Held(until time.Time)
	// Lost: what was held can't be confirmed any more.
	Lost()
	// Waiting: another process is it; called once until it is held.
	Waiting()
}

// Alone keeps trying, until ctx ends, to be the one process that serves on this
// database, on a connection of its own.
func (s *Store) Alone(ctx context.Context, standing Standing) error {
	told := false
	for ctx.Err() == nil {
		held, err := s.aloneOnce(ctx, standing)
		told = told && !held
		if errors.Is(err, errNotAlone) && !told {
			told = true
			standing.Waiting()
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

// aloneOnce holds the lock as long as it can, and reports whether it had it.
func (s *Store) aloneOnce(ctx context.Context, standing Standing) (held bool, err error) {
	connection, confirmed, err := s.connectAlone(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = connection.Close(closing) // the lock ends with the connection, however that ends
	}()
	defer standing.Lost()
	for {
		standing.Held(confirmed.Add(aloneBelieved))
		select {
		case <-ctx.Done():
			return true, nil
		case <-time.After(aloneConfirmEvery):
		}
		asked := time.Now()
		confirming, cancel := context.WithDeadline(ctx, confirmed.Add(aloneBelieved))
		_, err := connection.Exec(confirming, "SELECT 1")
		cancel()
		if err != nil {
			return true, fmt.Errorf("confirm the lock: %w", err)
		}
		confirmed = asked
	}
}

// connectAlone takes the lock, and says when it asked for it.
func (s *Store) connectAlone(ctx context.Context) (connection *pgx.Conn, asked time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	connection, err = pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, asked, err
	}
	asked = time.Now()
	var locked bool
	if err = connection.QueryRow(ctx, lockAlone).Scan(&locked); err == nil && !locked {
		err = errNotAlone
	}
	if err != nil {
		_ = connection.Close(ctx) // its failure tells nothing that err does not
		return nil, asked, err
	}
	return connection, asked, nil
}
