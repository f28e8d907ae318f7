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
	"messenger-api/internal/words"
)

// The deadlines of a connection. A statement of ours takes milliseconds; what
// takes this long is stuck, and its client has been answered.
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
	// SSLMode is one of libpq's.
	SSLMode string
	// RootCert is the file of the authorities that vouch for the server, Cert and Key are
	// those of the certificate to show to it; empty for none.
	RootCert, Cert, Key string
	// PoolSize is the most connections of this process.
	PoolSize int
	// LogSQL logs each statement, without its arguments.
	LogSQL bool
	// Tracer traces each statement; nil for none. It must not keep arguments.
	Tracer pgx.QueryTracer
	// Adopt takes the database also where it was last written on another system, and
	// has it remember this one.
	Adopt bool
	// Analyser is the version whose index of words is used; words.Version where it is empty.
	Analyser string
}

// Store implements messenger.Store and search.Store. It may be closed twice.
type Store struct {
	pool  *pgxpool.Pool
	fence *fence
	log   *slog.Logger
	// wordsIndexed: the index of words was there when it was last looked for.
	wordsIndexed atomic.Bool
	// analyser is the version of the index of words that is used, and suffix ends the names of its tables, once it is known.
	analyser string
	suffix   atomic.Pointer[string]
}

// Open makes a Store. It connects when it is first asked something, so that a
// database that is down is an error of that call.
func Open(options Options, log *slog.Logger) (*Store, error) {
	config, err := poolConfig(options, log)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, analyser: cmp.Or(options.Analyser, words.Version())}
	s.fence = newFence(config.ConnConfig.Copy(), func() { go s.pool.Reset() }, log)
	s.fence.adopting = options.Adopt
	config.ConnConfig.ValidateConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		if err := s.fence.admit(ctx, connection); err != nil {
			return err
		}
		return setSession(ctx, connection, sessionSettings)
	}
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
	// Only what has no field of its own goes through the parser. What is empty stands
	// there so that no file in the home directory counts in its place.
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

// keepAlive finds out within half a minute that a server vanished.
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

// quoted is a value in the form of the driver's parser.
func quoted(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// selectReady is a statement as requests run them: prepared, and on a table. The built-in account is always there.
const selectReady = `
	SELECT current_setting('transaction_read_only') FROM accounts WHERE account_id = $1`

// Ping asks whether the server answers and takes writes.
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

// Close waits for what runs and ends all connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// inTransaction runs work in one transaction, committed when it returns nil.
func (s *Store) inTransaction(ctx context.Context, work func(tx pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	return s.failure(pgx.BeginFunc(ctx, s.pool, work))
}
