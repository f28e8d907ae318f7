package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pgbench inserts one row per transaction into the service's table, by PostgreSQL's load generator: the
// database's rate when each message is committed alone and without validation.
type pgbench struct {
	program  string
	database *database
	script   string
	runs     int
}

// insertRow inserts the row of a message. The ids increase, like UUIDs of version 7, and are unique.
const insertRow = `\set row :row + 1
\set chat random(100, %d)
\set id (:run * 1000 + :client_id) * 1000000000 + :row
INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
VALUES (('019cb1f6-0e1b-7f54-a3c2-d9b87e60f' || :chat)::uuid, :id, 1, now(), '%[2]s', '%[2]s',
    lpad(to_hex(:id::bigint), 32, '0')::uuid, NULL, '%[3]s');
`

// pgbench prepares the table: the server itself migrates the database.
func (l *lab) pgbench(ctx context.Context) (*pgbench, error) {
	if l.bench != nil {
		return l.bench, nil
	}
	database, err := openPostgres(ctx, l, "limit")
	if err != nil {
		return nil, err
	}
	migrate := exec.CommandContext(ctx, l.binary, "migrate", "up")
	migrate.Env = database.settings
	if output, err := migrate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrate: %w\n%s", err, output)
	}
	b := &pgbench{
		program: filepath.Join(os.Getenv("TEST_POSTGRES_BIN"), "pgbench"), database: database, script: l.path("insert.sql"),
	}
	text := strings.Repeat("w", l.options.textBytes)
	l.bench = b
	return b, os.WriteFile(b.script, fmt.Appendf(nil, insertRow, 100+chats-1, sampleID, text), 0o600)
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// run warms up and measures, and samples the latency of one transaction in ten.
func (b *pgbench) run(ctx context.Context, o options) (measurement, error) {
	if warmUp := int(o.warmUp.Seconds()); warmUp > 0 {
		if _, err := b.execute(ctx, o.clients, warmUp); err != nil {
			return measurement{}, err
		}
	}
	directory, err := os.MkdirTemp(filepath.Dir(b.script), "pgbench-")
	if err != nil {
		return measurement{}, err
	}
	output, err := b.execute(ctx, o.clients, int(o.measured.Seconds()),
		"--log", "--sampling-rate=0.1", "--log-prefix="+filepath.Join(directory, "log"))
	if err != nil {
		return measurement{}, err
	}
	found := tpsLine.FindSubmatch(output)
	if found == nil {
		return measurement{}, fmt.Errorf("pgbench printed no tps:\n%s", output)
	}
	perSecond, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return measurement{}, err
	}
	latencies, err := sampledLatencies(directory)
	if err != nil {
		return measurement{}, err
	}
	sampled := loadResult{latencies: latencies}
	return measurement{perSecond: perSecond, p50: sampled.quantile(0.5), p99: sampled.quantile(0.99), batch: 1}, nil
}

func (b *pgbench) execute(ctx context.Context, clients, seconds int, more ...string) ([]byte, error) {
	b.runs++
	arguments := append([]string{
		"--no-vacuum", "--protocol=prepared", "--file=" + b.script, "--jobs=2", "--define=row=0",
		fmt.Sprintf("--define=run=%d", b.runs), fmt.Sprintf("--client=%d", clients), fmt.Sprintf("--time=%d", seconds),
	}, more...)
	command := exec.CommandContext(ctx, b.program, arguments...)
	config := b.database.postgres
	command.Env = []string{
		"PGHOST=" + config.Host, fmt.Sprintf("PGPORT=%d", config.Port), "PGUSER=" + config.User,
		"PGPASSWORD=" + config.Password, "PGDATABASE=" + config.Database,
	}
	command.SysProcAttr = ownGroup()
	output, err := command.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w\n%s", err, output)
	}
	return output, nil
}

// sampledLatencies reads what pgbench logged: the third field of each line, in
// microseconds.
func sampledLatencies(directory string) ([]time.Duration, error) {
	files, err := filepath.Glob(filepath.Join(directory, "log.*"))
	if err != nil {
		return nil, err
	}
	var latencies []time.Duration
	for _, file := range files {
		log, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(log)) {
			if fields := strings.Fields(line); len(fields) > 2 {
				microseconds, err := strconv.Atoi(fields[2])
				if err != nil {
					return nil, err
				}
				latencies = append(latencies, time.Duration(microseconds)*time.Microsecond)
			}
		}
	}
	if len(latencies) == 0 {
		return nil, errors.New("pgbench logged no latencies")
	}
	slices.Sort(latencies)
	return latencies, nil
}
