package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"messenger-api/internal/testkit/freeport"
)

// targetKind describes a server that can be started.
type targetKind struct {
	name string
	// accounts is the number of accounts that are prepared, one for each client.
	accounts int
	// logLevel is info where the access log is measured, too; the log is written to a file.
	logLevel string
	// open creates the database; nil for the bare handler, which has none.
	open opener
}

// target is a running server, with its accounts and chats.
type target struct {
	*process

	database   *database
	population *population
}

// settingsOf returns a server's complete environment: no request is throttled, all else is the default.
func settingsOf(address, logLevel string, database *database) []string {
	host, port, _ := net.SplitHostPort(address)
	settings := []string{
		"HOST=" + host, "PORT=" + port, "LOG_LEVEL=" + logLevel, "THROTTLING_RPS=1000000", "THROTTLING_AUTH_RPM=1000000", "THROTTLING_SEARCH_RPM=1000000",
	}
	return append(settings, database.settings...)
}

func startTarget(ctx context.Context, l *lab, kind targetKind) (*target, error) {
	if kind.open == nil {
		return startBare(ctx, l, kind)
	}
	name := strings.NewReplacer(" ", "-", ",", "").Replace(kind.name)
	database, err := kind.open(ctx, l, name)
	if err != nil {
		return nil, err
	}
	t := &target{database: database}
	if t.process, err = l.startServer(ctx, name, kind.logLevel, database); err != nil {
		return nil, err
	}
	if t.population, err = populate(ctx, t.address, kind.accounts, l.options.textBytes); err != nil {
		return nil, t.explain(err)
	}
	return t, nil
}

// startServer starts the binary on a database and waits until it is ready.
func (l *lab) startServer(ctx context.Context, name, logLevel string, database *database) (*process, error) {
	address, err := freeport.Address()
	if err != nil {
		return nil, err
	}
	started, err := startProcess(l.path(name+".log"), address, settingsOf(address, logLevel, database), l.binary, "serve")
	if err != nil {
		return nil, err
	}
	l.onClose(started.stop)
	return started, started.explain(started.await(ctx, "/ping_db"))
}

// check compares the database with the number of 201s: each message is stored once, and the seqs of each
// chat have no gaps.
func (t *target) check(ctx context.Context) (int64, error) {
	if t.database == nil {
		return 0, nil
	}
	messages, numbered, err := t.database.count(ctx)
	if err != nil {
		return 0, err
	}
	if sent := t.population.sent.Load(); messages != sent || numbered != sent {
		return 0, fmt.Errorf("%d sends were answered 201, %d messages are stored, the chats count %d", sent, messages, numbered)
	}
	return messages, nil
}
