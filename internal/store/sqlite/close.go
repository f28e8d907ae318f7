package sqlite

import (
	"context"
	"errors"
)

// Close waits for running calls, checkpoints the write-ahead log, closes the connections and
// unlocks the directory. It may be called more than once.
func (s *Store) Close() error { return s.close() }

func (s *Store) closeAll() error {
	s.closed.Store(true)
	var failures []error
	if s.readers != nil {
		failures = append(failures, s.readers.Close())
	}
	if s.searchers != nil {
		failures = append(failures, s.searchers.Close())
	}
	if s.writer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		// SQLite checkpoints when the last connection closes, but reports no error then.
		_, err := s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		failures = append(failures, err, s.writer.Close())
	}
	for _, connections := range s.connections {
		connections.open.Wait()
	}
	return errors.Join(append(failures, s.lock.Unlock())...)
}
