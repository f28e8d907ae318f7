package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"messenger-api/internal/words"
)

// searchReaders is the number of connections for searches only.
const searchReaders = 2

// fileName is the name of the database file in the directory.
const fileName = "messenger.db"

// Options say where the database is.
type Options struct {
	// Directory is created if it does not exist.
	Directory string
	// LockWait is how long Open waits for another process that serves from the directory.
	LockWait time.Duration
	// LogSQL logs each statement, without its arguments.
	LogSQL bool
	// OnStatement is called after each statement; nil for none.
	OnStatement func(ctx context.Context, statement string, started time.Time, err error)
	// Analyser is the version of the analyser whose search index is used; words.Version() if empty.
	Analyser string
}

// Store implements messenger.Store and search.Store. It may be closed more than once.
type Store struct {
	directory   string
	log         *slog.Logger
	lock        *flock.Flock
	connections []*connector
	writer      *sql.DB
	readers     *sql.DB
	// searchers are the connections of searches and of indexing, which so can't take all readers.
	searchers *sql.DB
	// path is the database file.
	path     string
	lastSeqs *lastSeqCache
	// analyser is the version of the search index that is used. suffix is the suffix of its
	// tables' names; nil until it is known.
	analyser string
	suffix   atomic.Pointer[string]
	closed   atomic.Bool
	close    func() error
}

// Open locks the directory and opens the database in it; it creates an empty one if there is
// none. Migrate must be called next. The error is a *LockedError where another process keeps
// the directory locked for longer than LockWait.
func Open(ctx context.Context, options Options, log *slog.Logger) (*Store, error) {
	directory, err := makeDirectory(options.Directory)
	if err != nil {
		return nil, err
	}
	lock, err := lockDirectory(ctx, directory, options.LockWait, log)
	if err != nil {
		return nil, err
	}
	s, err := openWith(ctx, lock, directory, options.LogSQL, log)
	if err != nil {
		return nil, err
	}
	s.analyser = cmp.Or(options.Analyser, s.analyser)
	for _, connections := range s.connections {
		connections.onStatement = options.OnStatement
	}
	return s, nil
}

// openWith opens the database of a directory. Close unlocks the lock.
func openWith(ctx context.Context, lock *flock.Flock, directory string, logSQL bool, log *slog.Logger) (*Store, error) {
	s := &Store{directory: directory, log: log, lock: lock, lastSeqs: newLastSeqCache(), analyser: words.Version()}
	s.close = sync.OnceValue(s.closeAll)
	if err := s.connect(ctx, filepath.Join(directory, fileName), logSQL); err != nil {
		return nil, errors.Join(withDisk(directory, err), s.Close())
	}
	return s, nil
}

func makeDirectory(path string) (string, error) {
	directory, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the data directory: %w", err)
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", fmt.Errorf("make the data directory: %w", err)
	}
	return directory, nil
}

func (s *Store) connect(ctx context.Context, path string, logSQL bool) error {
	s.path = path
	if err := syncDataOnly(); err != nil {
		return err
	}
	// SQLite would create the file with permissions for all users.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if s.writer, err = s.pool(path, writerSettings, 1, logSQL); err != nil {
		return err
	}
	if s.readers, err = s.pool(path, readerSettings, runtime.NumCPU()+2, logSQL); err != nil {
		return err
	}
	s.readers.SetConnMaxIdleTime(readerIdleTime)
	if s.searchers, err = s.pool(path, readerSettings, searchReaders, logSQL); err != nil {
		return err
	}
	s.searchers.SetConnMaxIdleTime(readerIdleTime)
	var journal string
	if err := s.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return fmt.Errorf("open the database %s: %w", path, s.failure(err))
	}
	if journal != "wal" {
		return fmt.Errorf("open the database %s: its file system can't keep a write-ahead log", path)
	}
	return nil
}

func (s *Store) pool(path string, settings []string, size int, logSQL bool) (*sql.DB, error) {
	var log *slog.Logger
	if logSQL {
		log = s.log
	}
	connections, err := newConnector(dataSource(path, settings), log)
	if err != nil {
		return nil, err
	}
	s.connections = append(s.connections, connections)
	pool := sql.OpenDB(connections)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}
