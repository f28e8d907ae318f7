package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
	"messenger-api/internal/outage"
	"messenger-api/internal/words"
)

// The timeouts of connections and statements. A statement takes milliseconds normally; the
// client of one that takes this long has already got an error.
const (
	connectTimeout   = 2 * time.Second
	acquireTimeout   = 2 * time.Second
	statementTimeout = 5 * time.Second
	lockTimeout      = time.Second
)

// Host is one server's address. Name may be a directory with a unix socket.
type Host struct {
	Name string
	Port uint16
}

// Options say where the database is.
type Options struct {
	// Hosts are all the servers of a cluster; the one that can be written to is used.
	Hosts    []Host
	User     string
	Password string
	Database string
	// SSLMode is one of libpq's sslmode values.
	SSLMode string
	// RootCert is the file of the CA certificates that the server's is verified with, Cert and
	// Key those of the client certificate; empty for none.
	RootCert, Cert, Key string
	// PoolSize is the maximum number of connections of this process.
	PoolSize int
	// LogInterval is the pause between two log lines while an outage lasts; a minute where it is 0.
	LogInterval time.Duration
	// LogSQL logs each statement, without its arguments.
	LogSQL bool
	// Tracer traces each statement; nil for none. It must not keep arguments.
	Tracer pgx.QueryTracer
	// Adopt accepts a database that was last written on another system, as after a restore,
	// and records the present one in it.
	Adopt bool
	// Analyser is the version of the analyser whose search index is used; words.Version() if empty.
	Analyser string
}

// Store implements messenger.Store and search.Store. It may be closed more than once.
type Store struct {
	pool    *pgxpool.Pool
	fence   *fence
	outages *outages
	log     *slog.Logger
	// wordsIndexed: the GIN index existed when it was last checked.
	wordsIndexed atomic.Bool
	// analyser is the version of the search index that is used. suffix is the suffix of its
	// tables' names; nil until it is known.
	analyser string
	suffix   atomic.Pointer[string]
}

// Open returns a Store. It does not connect: where the database is down, the first call of
// a method fails.
func Open(options Options, log *slog.Logger) (*Store, error) {
	config, err := poolConfig(options, log)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, outages: newOutages(log, cmp.Or(options.LogInterval, outage.Remind)), analyser: cmp.Or(options.Analyser, words.Version())}
	s.fence = newFence(config.ConnConfig.Copy(), func() { go s.pool.Reset() }, log)
	s.fence.adopt = options.Adopt
	config.ConnConfig.ValidateConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		if err := s.fence.admit(ctx, connection); err != nil {
			return err
		}
		if err := setSession(ctx, connection, sessionSettings); err != nil {
			return err
		}
		s.outages.connected()
		return nil
	}
	config.BeforeConnect = s.outages.mayConnect
	s.pool, err = pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("make the connection pool: %w", err)
	}
	return s, nil
}

func poolConfig(options Options, log *slog.Logger) (*pgxpool.Config, error) {
	if len(options.Hosts) == 0 {
		return nil, errors.New("no PostgreSQL host")
	}
	// Only the settings that have no field in the result are parsed. Empty ones are given,
	// too, else the driver would read their defaults from files in the home directory.
	config, err := pgxpool.ParseConfig(fmt.Sprintf("host=%s port=%s sslmode=%s passfile='' sslrootcert=%s sslcert=%s sslkey=%s",
		joinHosts(options.Hosts), joinPorts(options.Hosts), options.SSLMode, quoted(options.RootCert), quoted(options.Cert), quoted(options.Key)))
	if err != nil {
		return nil, fmt.Errorf("configure PostgreSQL: %w", err)
	}
	connection := config.ConnConfig
	connection.User, connection.Database = options.User, options.Database
	connection.Password = options.Password
	connection.ConnectTimeout = connectTimeout
	connection.DialFunc = (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: keepAlive}).DialContext
	connection.RuntimeParams = maps.Clone(startupParameters)
	connection.Tracer = options.Tracer
	if options.LogSQL {
		connection.Tracer = &sqlLog{log}
		if options.Tracer != nil {
			connection.Tracer = multitracer.New(&sqlLog{log}, options.Tracer)
		}
	}
	config.MaxConns = int32(options.PoolSize)
	config.MinIdleConns = 1
	config.MaxConnIdleTime = 10 * time.Minute
	return config, nil
}

// keepAlive detects a vanished server within half a minute.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

func joinHosts(hosts []Host) string {
	names := make([]string, len(hosts))
	for i, host := range hosts {
		names[i] = host.Name
	}
	return strings.Join(names, ",")
}

func joinPorts(hosts []Host) string {
	ports := make([]string, len(hosts))
	for i, host := range hosts {
		ports[i] = strconv.Itoa(int(host.Port))
	}
	return strings.Join(ports, ",")
}

// quoted quotes a value for the driver's parser.
func quoted(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// selectReady is prepared and reads a table, as the statements of requests do. The built-in
// account always exists.
const selectReady = `
	SELECT current_setting('transaction_read_only') FROM accounts WHERE account_id = $1`

// Ping returns an error unless the server answers and accepts writes.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	var readOnly string
	err := s.pool.QueryRow(ctx, selectReady, messenger.AnonymousAccount.ID).Scan(&readOnly)
	if err == nil && readOnly != "off" {
		s.pool.Reset()
		err = errReadOnly
	}
	return s.failure(err)
}

const touchAnonymous = `
	UPDATE accounts SET created_at = created_at WHERE account_id = $1`

// TryCommit implements messenger.Store.
func (s *Store) TryCommit(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, touchAnonymous, messenger.AnonymousAccount.ID)
	return s.failure(err)
}

// Close waits for the connections in use and closes all.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// inTransaction runs work in one transaction, which is committed if work returns nil.
func (s *Store) inTransaction(ctx context.Context, work func(tx pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	return s.failure(pgx.BeginFunc(ctx, s.pool, work))
}
