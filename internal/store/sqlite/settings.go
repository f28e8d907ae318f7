package sqlite

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	modernc "modernc.org/sqlite"
)

// readerIdleTime is after how long an idle reader is closed, which frees its memory.
const readerIdleTime = 10 * time.Minute

// The settings of each connection. A negative cache_size is in KiB. The writer's transactions
// are IMMEDIATE: one that reads before it takes the write lock could fail instead of waiting for
// it. The automatic checkpoint is after 4000 pages, 16 MiB: many pages are changed by each batch,
// and are written to the database once per checkpoint. A longer log was not faster.
var (
	writerSettings = []string{
		"_journal_mode=WAL", "_synchronous=FULL",
		"_txlock=immediate", "_busy_timeout=5000", "_foreign_keys=on", "_dqs=0",
		"_pragma=cache_size(-16384)", "_pragma=mmap_size(0)", "_pragma=wal_autocheckpoint(4000)",
		"_pragma=journal_size_limit(67108864)",
	}
	readerSettings = []string{
		"_busy_timeout=5000", "_query_only=on", "_dqs=0", "_pragma=cache_size(-4096)", "_pragma=mmap_size(0)",
	}
	statusSettings = []string{"mode=ro", "_busy_timeout=5000", "_query_only=on", "_dqs=0"}
)

// dataSource returns the URI of the file, in which any character of a path is escaped.
func dataSource(path string, settings []string) string {
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: strings.Join(settings, "&")}
	return uri.String()
}

// syncDataOnly makes SQLite use fdatasync instead of fsync, for the whole process. It syncs the
// data and what is needed to read it, but not the file's times, for which a journaling file
// system would write a second time.
func syncDataOnly() error {
	if _, err := modernc.Fdatasync(true); err != nil && !errors.Is(err, modernc.ErrFdatasyncUnavailable) {
		return fmt.Errorf("make SQLite use fdatasync: %w", err)
	}
	return nil
}
