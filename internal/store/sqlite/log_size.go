package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// logMost is how long the write-ahead log may get, in bytes, before it is begun anew:
// twice what is brought into the database at a time. SQLite begins it anew by itself
// where nobody reads from it, which with searches one after the other never happens.
const logMost = 32 << 20

// How long the log may be waited for: who searches, until the steps under way are over;
// who writes, while short reads end; and how long it is left alone where a long read,
// such as a backup, needs it.
const (
	logSearchesTimeout = 2 * time.Second
	logWriterTimeout   = 250 * time.Millisecond
	logPause           = 10 * time.Second
	logLookEvery       = time.Second
)

// RunCheckpoints truncates the write-ahead log by a checkpoint whenever it is too long,
// until ctx ends.
func (s *Store) RunCheckpoints(ctx context.Context) error {
	for pause := logLookEvery; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = logLookEvery
		size, err := s.logSize()
		if err == nil && size > logMost {
			err = s.restartLog(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the database's write-ahead log is long, and was not begun anew; tried again",
				"bytes", size, "error", err)
			pause = logPause
		}
	}
}

func (s *Store) logSize() (int64, error) {
	file, err := os.Stat(s.path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return file.Size(), nil
}

// restartLog lets no search begin meanwhile.
func (s *Store) restartLog(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, logSearchesTimeout)
	defer cancel()
	for range searchReaders {
		held, err := s.searchers.Conn(ctx)
		if err != nil {
			return fmt.Errorf("wait for searches: %w", err)
		}
		defer held.Close()
	}
	writer, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("wait for the writer: %w", err)
	}
	defer writer.Close()
	return errors.Join(
		run(ctx, writer, fmt.Sprintf("PRAGMA busy_timeout = %d", logWriterTimeout.Milliseconds())),
		truncateLog(ctx, writer),
		run(context.WithoutCancel(ctx), writer, fmt.Sprintf("PRAGMA busy_timeout = %d", writeTimeout.Milliseconds())))
}

func run(ctx context.Context, connection *sql.Conn, statement string) error {
	_, err := connection.ExecContext(ctx, statement)
	return err
}

// truncateLog brings the log into the database and begins it anew.
func truncateLog(ctx context.Context, writer *sql.Conn) error {
	var blocked bool
	var pages, moved int
	if err := writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &pages, &moved); err != nil {
		return err
	}
	if blocked {
		return errInUse
	}
	return nil
}
