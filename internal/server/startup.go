package server

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"

	"messenger-api/internal/apps/auth"
	"messenger-api/internal/apps/docs"
	searchapp "messenger-api/internal/apps/search"
	"messenger-api/internal/config"
)

// printStartup prints the server's addresses and backends and a first request to try. If
// logs are JSON, it logs them as one event instead.
func printStartup(process Process, cfg config.Config, on []entry, address net.Addr, metrics string, log *slog.Logger) {
	host, port, _ := net.SplitHostPort(address.String())
	number := 0
	_, _ = fmt.Sscan(port, &number)
	base := "http://" + localAddress(host, number)
	apps := strings.Join(names(on), ", ")
	if !logsText(cfg.Log, process.Stderr) {
		log.Info("serving", "version", process.Build.String(), "address", address.String(),
			"database", describeDatabase(cfg.Database), "queue", describeQueue(cfg.Queue), "apps", apps, "try", firstCall(cfg, on, base),
			"metrics", metrics)
		return
	}
	_ = writeTable(process.Stdout, func(table io.Writer) {
		fmt.Fprintln(table, "messenger-api", process.Build)
		fmt.Fprintf(table, "  address\t%s (listening on %s)\n", base, address)
		fmt.Fprintf(table, "  database\t%s\n", describeDatabase(cfg.Database))
		if slices.Contains(names(on), searchapp.Name) {
			fmt.Fprintf(table, "  queue\t%s\n", describeQueue(cfg.Queue))
		}
		fmt.Fprintf(table, "  apps\t%s\n", apps)
		fmt.Fprintf(table, "  try\t%s\n", firstCall(cfg, on, base))
		if slices.Contains(names(on), docs.Name) {
			fmt.Fprintf(table, "  contract\t%s/swagger.yml\n", base)
		}
		describeMetrics(table, metrics)
		fmt.Fprintf(table, "  stop\tCtrl-C\n")
	})
}

// describeMetrics prints the address of the metrics, if they are served.
func describeMetrics(table io.Writer, address string) {
	if address != "" {
		fmt.Fprintf(table, "  metrics\thttp://%s/metrics\n", address)
	}
}

// firstCall returns a shell command with which a new user can try the server.
func firstCall(cfg config.Config, on []entry, base string) string {
	switch {
	case slices.Contains(names(on), auth.Name):
		return fmt.Sprintf(`curl -i %s/v1/auth/register -d '{"user_name": "alice", "password": "correct horse"}'`, base)
	case bool(cfg.Apps.AuthDisabled):
		return fmt.Sprintf(`curl -i %s/v1/chats -d '{"chat_name": "hello"}'`, base)
	}
	return "curl -i " + base + "/ping_db"
}
