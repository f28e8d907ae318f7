package server

import (
	"log/slog"
	"math"
	"syscall"

	"messenger-api/internal/config"
)

// The bounds of the connections of clients where CONNECTIONS_MAX is not set.
const (
	connectionsUsual = 10_000
	connectionsLeast = 8
)

// What is kept of the open files for everything but clients.
const (
	// filesOwn are the listeners, the log, the runtime's own, and commands that read files.
	filesOwn = 12
	// filesSeen are those who scrape metrics, and where traces go.
	filesSeen = 4
	// filesEmbedded are the embedded database's: two for each connection, and the lock.
	filesEmbedded = 24
	filesRedis    = 4
	filesRabbitMQ = 6
)

// connectionsMost is how many connections clients may have: as the setting says, and no more than the
// limit of open files leaves.
func connectionsMost(cfg config.Config, log *slog.Logger) int {
	files := math.MaxInt
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil && limit.Cur < math.MaxInt32 {
		files = int(limit.Cur)
	}
	left := max(connectionsLeast, files-filesBeside(cfg))
	asked := cfg.Server.Connections
	switch {
	case asked == 0 && left < connectionsUsual/10:
		log.Warn("the limit of open files leaves few connections: raise it (ulimit -n, LimitNOFILE)", "open files", files, "connections", left)
	case asked > left:
		log.Warn("CONNECTIONS_MAX is more than the limit of open files leaves: raise that limit (ulimit -n, LimitNOFILE)",
			"open files", files, "connections", left)
	}
	if asked == 0 {
		asked = connectionsUsual
	}
	return min(asked, left)
}

// filesBeside is how many files all but clients may have open.
func filesBeside(cfg config.Config) int {
	files := filesOwn + filesSeen
	if hosts := len(cfg.Database.Hosts); hosts > 0 {
		files += cfg.Database.PoolSize + 2*hosts + 2 // the pool, looks at each host, the lock, migrations
	} else {
		files += filesEmbedded
	}
	if cfg.Cache.Type == config.CacheRedis {
		files += filesRedis
	}
	if cfg.Queue.IsSet() {
		files += filesRabbitMQ
	}
	return files
}
