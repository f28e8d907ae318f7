package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"messenger-api/internal/outage"
)

// maxLogBytes is the size at which the write-ahead log is truncated: twice that of SQLite's
// automatic checkpoint. SQLite restarts the log itself only when a commit finds no reader, which
// can't happen while searches follow each other.
const maxLogBytes = 32 << 20

const (
	// checkpointTimeout bounds how long searches are held up, while their running steps end.
	checkpointTimeout = 2 * time.Second
	// checkpointBusyTimeout bounds how long sends are held up, while short reads end.
	checkpointBusyTimeout = 250 * time.Millisecond
	// checkpointRetryPause follows an attempt that failed because of a long read, such as a backup.
	checkpointRetryPause = 10 * time.Second
	logCheckInterval     = time.Second
)

// RunCheckpoints truncates the write-ahead log by a checkpoint whenever it exceeds maxLogBytes,
// until ctx ends.
func (s *Store) RunCheckpoints(ctx context.Context) error {
	failing := outage.Log{
		Logger: s.log, Remind: outage.Remind, Lost: "the write-ahead log exceeds its limit and could not be truncated; retrying",
		Still: "the write-ahead log still could not be truncated", Found: "the write-ahead log was truncated",
	}
	for pause := logCheckInterval; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = logCheckInterval
		size, err := s.logSize()
		if err == nil && size > maxLogBytes {
			err = s.checkpoint(ctx)
		}
		switch {
		case err == nil:
			failing.End()
		case ctx.Err() == nil:
			failing.Report(fmt.Errorf("at %d bytes: %w", size, err))
			pause = checkpointRetryPause
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

// checkpoint takes all connections of searches, so that none begins meanwhile, and the writer.
func (s *Store) checkpoint(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkpointTimeout)
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
		run(ctx, writer, fmt.Sprintf("PRAGMA busy_timeout = %d", checkpointBusyTimeout.Milliseconds())),
		truncateLog(ctx, writer),
		run(context.WithoutCancel(ctx), writer, fmt.Sprintf("PRAGMA busy_timeout = %d", writeTimeout.Milliseconds())))
}

func run(ctx context.Context, connection *sql.Conn, statement string) error {
	_, err := connection.ExecContext(ctx, statement)
	return err
}

// truncateLog checkpoints and truncates the log. The error is errInUse where a reader needs it.
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
