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

// searchReaders is how many connections searches have of their own.
const searchReaders = 2

// fileName is the database in the directory.
const fileName = "messenger.db"

// Options say where the database is.
type Options struct {
	// Directory is made where it is missing.
	Directory string
	// LockWait is how long Open waits for another process that serves from the directory.
	LockWait time.Duration
	// LogSQL logs each statement, without its arguments.
	LogSQL bool
	// OnStatement is called after each statement; nil for none.
	OnStatement func(ctx context.Context, statement string, started time.Time, err error)
	// Analyser is the version whose index of words is used; words.Version where it is empty.
	Analyser string
}

// Store implements messenger.Store and search.Store. It may be closed twice.
type Store struct {
	directory   string
	log         *slog.Logger
	lock        *flock.Flock
	connections []*connector
	writer      *sql.DB
	readers     *sql.DB
	// searchers are the readers of searches and of the index, so that these keep no other waiting.
	searchers *sql.DB
	// path is the database's file.
	path     string
	lastSeqs *lastSeqCache
	// analyser is the version of the index of words that is used, and suffix ends the names of its tables, once it is known.
	analyser string
	suffix   atomic.Pointer[string]
	closed   atomic.Bool
	close    func() error
}

// Open takes the directory for this process and opens the database in it, an
// empty one where there is none. Migrate comes next. The error is a
// *LockedError when another process keeps the directory for longer than
// LockWait.
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
		connections.ran = options.OnStatement
	}
	return s, nil
}

// openWith opens the database of a directory under a lock, which Close gives back.
func openWith(ctx context.Context, lock *flock.Flock, directory string, echo bool, log *slog.Logger) (*Store, error) {
	s := &Store{directory: directory, log: log, lock: lock, lastSeqs: newLastSeqCache(), analyser: words.Version()}
	s.close = sync.OnceValue(s.shut)
	if err := s.connect(ctx, filepath.Join(directory, fileName), echo); err != nil {
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

func (s *Store) connect(ctx context.Context, path string, echo bool) error {
	s.path = path
	if err := syncDataOnly(); err != nil {
		return err
	}
	// SQLite would make the file readable to everybody.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if s.writer, err = s.pool(path, writerSettings, 1, echo); err != nil {
		return err
	}
	if s.readers, err = s.pool(path, readerSettings, runtime.NumCPU()+2, echo); err != nil {
		return err
	}
	s.readers.SetConnMaxIdleTime(readerIdleTime)
	if s.searchers, err = s.pool(path, readerSettings, searchReaders, echo); err != nil {
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

func (s *Store) pool(path string, settings []string, size int, echo bool) (*sql.DB, error) {
	var log *slog.Logger
	if echo {
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
