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
	aloneConfirmEvery = 500 * time.Millisecond
	aloneBelieved     = 2 * time.Second
)

// alonePause is how long a process that had to try more than once has the lock
// before it counts: its predecessor may believe in it for so long after its
// connection was cut. What gets the lock at its first try does not wait, so that
// a start is quick. What is left is one that starts within these 2 s after such a
// cut: until they are over, the other one may still give pages of before the start.
const alonePause = aloneBelieved

// lockAlone takes the lock that one process at a time holds for the life of its
// connection. The key is the word "messenge" in ASCII.
const lockAlone = `SELECT pg_try_advisory_lock(7882833662242088805)`

// Standing is told how it stands with being the one process that serves.
type Standing interface {
	// Held: this process is it, for as long as until; called at first, and again
	// at each confirmation with a later time.
	Held(until time.Time)
	// Lost: what was held, or that another process is it, can't be confirmed any more.
	Lost()
	// Waiting: another process is it; called once until it is held, or lost.
	Waiting()
}

// Alone keeps trying, until ctx ends, to be the one process that serves on this
// database, on a connection of its own.
func (s *Store) Alone(ctx context.Context, standing Standing) error {
	pause, told := time.Duration(0), false
	for ctx.Err() == nil {
		held, err := s.aloneOnce(ctx, standing, pause)
		told = told && !held
		pause = alonePause
		if held {
			pause = 0 // who takes it meanwhile pauses, and we fail once at least
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case !errors.Is(err, errNotAlone):
			if told {
				told = false
				standing.Lost()
			}
			s.log.WarnContext(ctx, "the lock of the one serving process can't be had; tried again", "error", err)
		case !told:
			told = true
			standing.Waiting()
		}
		select {
		case <-ctx.Done():
		case <-time.After(aloneConfirmEvery):
		}
	}
	return nil
}

var errNotAlone = errors.New("another process serves on this database")

// aloneOnce holds the lock as long as it can, which counts after the pause, and
// reports whether it came to that.
func (s *Store) aloneOnce(ctx context.Context, standing Standing, pause time.Duration) (held bool, err error) {
	connection, confirmed, err := s.connectAlone(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = connection.Close(closing) // the lock ends with the connection, however that ends
	}()
	defer func() {
		if held {
			standing.Lost()
		}
	}()
	for counts := time.Now().Add(pause); ; {
		if held = held || !time.Now().Before(counts); held {
			standing.Held(confirmed.Add(aloneBelieved))
		}
		select {
		case <-ctx.Done():
			return held, nil
		case <-time.After(aloneConfirmEvery):
		}
		asked := time.Now()
		confirming, cancel := context.WithDeadline(ctx, confirmed.Add(aloneBelieved))
		_, err := connection.Exec(confirming, "SELECT 1")
		cancel()
		if err != nil {
			return held, fmt.Errorf("confirm the lock: %w", err)
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
