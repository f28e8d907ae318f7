package sqlite

import (
	"context"
	"errors"
)

// Close waits for what runs, brings the write-ahead log into the database file
// and leaves the directory to the next process.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
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
		// The last connection to be closed would do it too, but tell nobody that it failed.
		_, err := s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		failures = append(failures, err, s.writer.Close())
	}
	for _, connections := range s.connections {
		connections.open.Wait()
	}
	return errors.Join(append(failures, s.lock.Unlock())...)
}
