package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// leaderConfirmEvery is how often the leader confirms that it holds the lock, and
// leaderLease how long a confirmation is valid.
const (
	leaderConfirmEvery = 500 * time.Millisecond
	leaderLease        = 2 * time.Second
)

// takeoverDelay is how long a process that had to try more than once holds the lock
// before it becomes the leader: its predecessor may count on its lease for so long after
// its connection was cut. A process that gets the lock at its first try does not wait, so
// that a start is quick. That leaves one gap: a process that starts within the 2 s after
// such a cut. Until they are over, the predecessor may still serve older pages.
const takeoverDelay = leaderLease

// tryLeaderLock takes the advisory lock that one session at a time holds until its
// connection ends. The key is the word "messenge" in ASCII.
const tryLeaderLock = `SELECT pg_try_advisory_lock(7882833662242088805)`

// LeaderObserver learns whether this process is the leader. The calls come one at a time.
type LeaderObserver interface {
	// Elected: this process is the leader until the given time; called when it becomes
	// the leader, and again with a later time after each confirmation.
	Elected(until time.Time)
	// Unconfirmed: this process is no longer the leader, or can no longer tell whether
	// another one is.
	Unconfirmed()
	// Standby: another process is the leader; called once until Elected or Unconfirmed.
	Standby()
}

// CampaignForLeader tries, until ctx ends, to be the one leader of all processes on this
// database. The leader holds a session-level advisory lock on a connection of its own.
func (s *Store) CampaignForLeader(ctx context.Context, observer LeaderObserver) error {
	delay, onStandby := time.Duration(0), false
	for ctx.Err() == nil {
		elected, err := s.holdLeaderLock(ctx, observer, delay)
		onStandby = onStandby && !elected
		delay = takeoverDelay
		if elected {
			// Whoever takes the lock from this process waits for the delay first, and this
			// process fails at least once before it gets the lock back.
			delay = 0
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case !errors.Is(err, errNotLeader):
			if onStandby {
				onStandby = false
				observer.Unconfirmed()
			}
			s.log.WarnContext(ctx, "the lock of the one serving process can't be had; tried again", "error", err)
		case !onStandby:
			onStandby = true
			observer.Standby()
		}
		select {
		case <-ctx.Done():
		case <-time.After(leaderConfirmEvery):
		}
	}
	return nil
}

var errNotLeader = errors.New("another process serves on this database")

// holdLeaderLock takes the lock, is the leader after the delay, and holds the lock for as
// long as it can be confirmed. It reports whether this process was the leader.
func (s *Store) holdLeaderLock(ctx context.Context, observer LeaderObserver, delay time.Duration) (elected bool, err error) {
	connection, confirmed, err := s.takeLeaderLock(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = connection.Close(closing) // the lock ends with the connection, however that ends
	}()
	defer func() {
		if elected {
			observer.Unconfirmed()
		}
	}()
	for leadsFrom := time.Now().Add(delay); ; {
		if elected = elected || !time.Now().Before(leadsFrom); elected {
			observer.Elected(confirmed.Add(leaderLease))
		}
		select {
		case <-ctx.Done():
			return elected, nil
		case <-time.After(leaderConfirmEvery):
		}
		requested := time.Now()
		confirming, cancel := context.WithDeadline(ctx, confirmed.Add(leaderLease))
		_, err := connection.Exec(confirming, "SELECT 1")
		cancel()
		if err != nil {
			return elected, fmt.Errorf("confirm the lock: %w", err)
		}
		confirmed = requested
	}
}

// takeLeaderLock takes the lock on a new connection, and returns the time of the request.
// The error is errNotLeader where another session holds it.
func (s *Store) takeLeaderLock(ctx context.Context) (connection *pgx.Conn, requested time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	connection, err = pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, requested, err
	}
	requested = time.Now()
	var locked bool
	if err = connection.QueryRow(ctx, tryLeaderLock).Scan(&locked); err == nil && !locked {
		err = errNotLeader
	}
	if err != nil {
		_ = connection.Close(ctx) // err says more than a failure to close
		return nil, requested, err
	}
	return connection, requested, nil
}
