package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// leaderConfirmInterval is how often the leader confirms that it holds the lock.
	leaderConfirmInterval = 500 * time.Millisecond
	// leaderLease is how long a confirmation is valid.
	leaderLease = 2 * time.Second
	// leaderConfirmTimeout is how long a confirmation may take. A starved process confirms late and
	// is the leader again then: it held the lock all the time, so no other process was the leader.
	leaderConfirmTimeout = 5 * time.Second
)

// takeoverDelay is how long a process that did not get the lock at its first try holds it
// before it becomes the leader: the lease of its predecessor may be valid for so long after
// the server has ended the predecessor's connection. A process that gets the lock at its
// first try does not wait, so that a start is quick. One case is not covered: a process that
// starts within 2 s after its predecessor lost the connection. Until the lease expires, for 2 s
// at most, both serve, and the predecessor's pages may lack what this process stores.
const takeoverDelay = leaderLease

const (
	// tryLeaderLock takes a session-level advisory lock, which is held until the connection
	// ends. The key is "messenge" in ASCII.
	tryLeaderLock = `SELECT pg_try_advisory_lock(7882833662242088805)`
	// confirmLeader succeeds as long as the connection, and with it the lock, is there.
	confirmLeader = `SELECT 1`
)

// LeaderObserver is notified whether this process is the leader. Calls are never concurrent.
type LeaderObserver interface {
	// Elected: this process is the leader until the given time; called when it becomes
	// the leader, and again with a later time after each confirmation. The time may be over when
	// the next confirmation comes, or be in the past: until then the process does not lead, but
	// nobody else did either.
	Elected(until time.Time)
	// Unconfirmed: this process is no longer the leader, or does not know whether another one is.
	Unconfirmed()
	// Standby: another process is the leader; called once, then not until after Elected or
	// Unconfirmed.
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
			// A process that takes over meanwhile holds the lock for its own delay first, so
			// this process would fail at least once, and wait for the delay then.
			delay = 0
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case !errors.Is(err, errNotLeader):
			if onStandby {
				onStandby = false
				observer.Unconfirmed()
			}
			s.outages.leading.Report(s.outages.report(err))
		case !onStandby:
			onStandby = true
			s.outages.leading.End()
			observer.Standby()
		}
		select {
		case <-ctx.Done():
		case <-time.After(leaderConfirmInterval):
		}
	}
	return nil
}

var errNotLeader = errors.New("another process serves on this database")

// holdLeaderLock takes the lock and holds it until it can't be confirmed; after the delay
// this process is the leader. It reports whether that happened.
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
			s.outages.leading.End()
			observer.Elected(confirmed.Add(leaderLease))
		}
		select {
		case <-ctx.Done():
			return elected, nil
		case <-time.After(leaderConfirmInterval):
		}
		requested := time.Now()
		confirming, cancel := context.WithTimeout(ctx, leaderConfirmTimeout)
		_, err := connection.Exec(confirming, confirmLeader)
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
