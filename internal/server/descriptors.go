package server

import (
	"log/slog"
	"math"
	"syscall"

	"messenger-api/internal/apps/metrics"
	"messenger-api/internal/config"
)

// The limits of client connections where CONNECTIONS_MAX is not set.
const (
	defaultConnections = 10_000
	minConnections     = 8
)

// File descriptors that are reserved for everything but client connections.
const (
	// filesProcess are for the listeners, the log, the Go runtime, and files read by commands.
	filesProcess = 12
	// filesTelemetry are for scrapes of metrics and the trace collector.
	filesTelemetry = metrics.MaxConnections + 2
	// filesEmbedded are for the embedded database: two for each connection, and the lock.
	filesEmbedded = 24
	filesRedis    = 4
	filesRabbitMQ = 6
)

// maxConnections is the limit of client connections: that of the setting, but not more than the
// limit of open files allows.
func maxConnections(cfg config.Config, log *slog.Logger) int {
	files := math.MaxInt
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil && limit.Cur < math.MaxInt32 {
		files = int(limit.Cur)
	}
	available := max(minConnections, files-reservedFiles(cfg))
	connections := cfg.Server.Connections
	switch {
	case connections == 0 && available < defaultConnections/10:
		log.Warn("the limit of open files allows only few connections: raise it (ulimit -n, LimitNOFILE)", "open files", files, "connections", available)
	case connections > available:
		log.Warn("CONNECTIONS_MAX is more than the limit of open files allows: raise that limit (ulimit -n, LimitNOFILE)",
			"open files", files, "connections", available)
	}
	if connections == 0 {
		connections = defaultConnections
	}
	return min(connections, available)
}

// reservedFiles is how many file descriptors everything but client connections may use.
func reservedFiles(cfg config.Config) int {
	files := filesProcess + filesTelemetry
	if hosts := len(cfg.Database.Hosts); hosts > 0 {
		files += cfg.Database.PoolSize + 2*hosts + 2 // the pool, checks of each host, the leader lock, migrations
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
