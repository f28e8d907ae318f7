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

// readerIdleTime is how long a reader that nobody needs keeps its memory.
const readerIdleTime = 10 * time.Minute

// The settings of each connection. cache_size is in KiB where negative. The
// writer's BEGIN takes the lock at once: a transaction that reads first and
// then writes could not wait for it. The write-ahead log is brought into the
// database every 4000 pages, 16 MiB: many pages change in each batch, and so each
// is written there less often. A longer log brings nothing more.
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

// dataSource names the file as a URI, in which any character of a path is safe.
func dataSource(path string, settings []string) string {
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: strings.Join(settings, "&")}
	return uri.String()
}

// syncDataOnly has commits made durable by fdatasync, as SQLite's own builds do it, for
// the whole process: all that is needed to read a file back, and not its times, for
// which a file system with a journal would write a second time.
func syncDataOnly() error {
	if _, err := modernc.Fdatasync(true); err != nil && !errors.Is(err, modernc.ErrFdatasyncUnavailable) {
		return fmt.Errorf("have commits synced: %w", err)
	}
	return nil
}
