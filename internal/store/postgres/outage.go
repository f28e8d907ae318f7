package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"messenger-api/internal/outage"
)

// refusedPause is for how long after a refused connection the pool makes no other: requests fail at once.
const refusedPause = 500 * time.Millisecond

// outages logs what keeps this process from its database. Safe for concurrent use.
type outages struct {
	// connecting: no connection can be made. statements: the server refuses what the service needs.
	// leading: the leader lock can't be asked for.
	connecting, statements, leading outage.Log

	mu      sync.Mutex
	refused error // of the last try to connect, if it was a refusal
	until   time.Time
}

func newOutages(log *slog.Logger, remind time.Duration) *outages {
	return &outages{
		connecting: outage.Log{
			Logger: log, Remind: remind, Lost: "PostgreSQL can't be used: requests get 503 until it can",
			Still: "PostgreSQL still can't be used", Found: "PostgreSQL is in use again",
		},
		statements: outage.Log{
			Logger: log, Remind: remind, Lost: "PostgreSQL refuses what the service needs: requests get 503",
			Still: "PostgreSQL still refuses what the service needs", Found: "PostgreSQL refuses nothing any more",
		},
		leading: outage.Log{
			Logger: log, Remind: remind, Lost: "the leader lock could not be taken or confirmed: requests get 503 until it is",
			Still: "the leader lock still could not be taken", Found: "the leader lock is available again",
		},
	}
}

// report logs an error that keeps the service from its database, and returns it as a refusal where it is one, with
// each host once in its text.
func (o *outages) report(err error) error {
	var failed *pgconn.ConnectError
	if !errors.As(err, &failed) {
		if err = explained(err); outage.Code(err) != "" {
			o.statements.Report(err)
		}
		return err
	}
	var known *connectError
	if !errors.As(err, &known) {
		err = explained(withHostsOnce(failed))
	}
	o.connecting.Report(err)
	if isFinal(err) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if now := time.Now(); now.After(o.until) {
			o.refused, o.until = err, now.Add(refusedPause)
		}
	}
	return err
}

// mayConnect is the pool's BeforeConnect: it fails for a while after a refused connection.
func (o *outages) mayConnect(context.Context, *pgx.ConnConfig) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Now().Before(o.until) {
		return o.refused
	}
	return nil
}

// connected records that a connection was made.
func (o *outages) connected() {
	o.connecting.End()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refused, o.until = nil, time.Time{}
}

// Refused reports whether the server refuses the service until somebody changes something: in it, or in the settings.
func (s *Store) Refused() bool {
	return s.outages.connecting.Refused() || s.outages.statements.Refused()
}

// Outage is what is logged while no connection can be made.
func (s *Store) Outage() *outage.Log { return &s.outages.connecting }

// selectForbidden counts the tables of ours that this user may not use as the service does.
const selectForbidden = `
	SELECT count(*) FROM pg_class
	WHERE relnamespace = ANY (ARRAY(SELECT oid FROM pg_namespace WHERE nspname = ANY (current_schemas(false)))) AND relkind = 'r'
		AND (relname IN ('accounts', 'sessions', 'chats', 'chat_users', 'events', 'server_identity') OR relname LIKE 'search\_%')
		AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
			AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))`

// endOutages finds out whether outages are over: nobody else may ask the database anything.
func (s *Store) endOutages(ctx context.Context) {
	if !s.outages.connecting.Lasts() && !s.outages.statements.Lasts() || s.Ping(ctx) != nil {
		return // Ping reported why
	}
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	var forbidden int
	if err := s.pool.QueryRow(ctx, selectForbidden).Scan(&forbidden); err != nil || s.TryCommit(ctx) != nil {
		return
	}
	if forbidden > 0 {
		s.outages.statements.Report(&outage.Refusal{
			Code: notPermitted, Advice: refusals[notPermitted], Cause: fmt.Errorf("permission denied for %d tables", forbidden),
		})
		return
	}
	s.outages.statements.EndAfter(hostCheckInterval)
}
