package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"text/tabwriter"
	"time"

	"messenger-api/internal/config"
	"messenger-api/internal/store/postgres"
)

const healthcheckTimeout = 3 * time.Second

type checkConfigCommand struct{}

// Run implements the command check-config.
func (checkConfigCommand) Run(process Process) error {
	if err := config.Write(process.Stdout, process.Environment); err != nil {
		return err
	}
	_, _, err := settings(process)
	return err
}

type versionCommand struct{}

// Run implements the command version.
func (versionCommand) Run(process Process) error {
	_, err := fmt.Fprintln(process.Stdout, "messenger-api", process.Build)
	return err
}

type healthcheckCommand struct {
	Consumer bool `help:"Check the consumer, on CONSUMER_PORT."`
}

// Run implements the command healthcheck.
func (c healthcheckCommand) Run(ctx context.Context, process Process) error {
	cfg, _, err := settings(process)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	port := cfg.Server.Port
	if c.Consumer {
		port = cfg.Search.ConsumerPort
	}
	url := "http://" + localAddress(string(cfg.Server.Host), port) + "/ping"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{}} // unlike the default one it uses no proxy
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, answer.Status)
	}
	return nil
}

// localAddress is the address by which this machine reaches a server that listens on host.
func localAddress(host string, port int) string {
	if address := net.ParseIP(host); host == "" || address != nil && address.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

type migrateUpCommand struct{}

// Run implements the command migrate up.
func (migrateUpCommand) Run(ctx context.Context, process Process) error {
	return withDatabase(ctx, process, func(database database) error { return database.Migrate(ctx) })
}

type migrateStatusCommand struct{}

// Run implements the command migrate status.
func (migrateStatusCommand) Run(ctx context.Context, process Process) error {
	cfg, log, err := settingsAndLog(process)
	if err != nil {
		return err
	}
	steps, err := migrationStatus(ctx, cfg, log)
	if err != nil {
		return err
	}
	return writeTable(process.Stdout, func(table io.Writer) {
		fmt.Fprintln(table, "VERSION\tNAME\tAPPLIED")
		for _, step := range steps {
			applied := "pending"
			if !step.AppliedAt.IsZero() {
				applied = step.AppliedAt.UTC().Format(time.RFC3339)
			}
			fmt.Fprintf(table, "%d\t%s\t%s\n", step.Version, step.Name, applied)
		}
	})
}

type migrateAdoptCommand struct{}

// Run implements the command migrate adopt.
func (migrateAdoptCommand) Run(ctx context.Context, process Process) error {
	cfg, log, err := settingsAndLog(process)
	if err != nil {
		return err
	}
	if len(cfg.Database.Hosts) == 0 {
		return usageError{errors.New("POSTGRES_HOSTS is not set: this command is for databases on PostgreSQL")}
	}
	options := postgresOptions(cfg.Database)
	options.Adopt = true
	opened, err := postgres.Open(options, log)
	if err != nil {
		return err
	}
	return errors.Join(opened.Ping(ctx), opened.Close())
}

func writeTable(w io.Writer, rows func(io.Writer)) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows(table)
	return table.Flush()
}
