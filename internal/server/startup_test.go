package server_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"messenger-api/internal/server"
	"messenger-api/internal/testkit"
)

// startupText runs a server with logs as text, and returns the lines that it prints first.
func startupText(t *testing.T, environment ...string) string {
	t.Helper()
	return startupTextOf(t, "serve", environment...)
}

func startupTextOf(t *testing.T, command string, environment ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	printed, stdout := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- server.Run(ctx, server.Process{
			Arguments:   []string{command},
			Environment: append([]string{"HOST=127.0.0.1", "PORT=0", "CONSUMER_PORT=0", "LOG_FORMAT=text"}, environment...),
			Stdout:      stdout, Stderr: io.Discard, Build: server.Build{Version: "v1", Commit: "abc"},
		})
		stdout.Close()
	}()
	var lines strings.Builder
	scanner := bufio.NewScanner(printed)
	for scanner.Scan() {
		lines.WriteString(scanner.Text() + "\n")
		if strings.Contains(scanner.Text(), "Ctrl-C") {
			cancel() // this is the last line
		}
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	return lines.String()
}

// The first lines have the address, the database, the apps and a command to try.
func TestStartupText(t *testing.T) {
	t.Parallel()
	embedded := testkit.Embedded(t)
	text := startupText(t, embedded...)
	for _, words := range []string{"messenger-api v1 (abc)", "http://127.0.0.1:", "embedded SQLite in " + embedded[0][len("DATA_DIR="):],
		"auth, throttling, api, search, docs", "/v1/auth/register -d ", "/swagger.yml", "Ctrl-C"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in the text:\n%s", words, text)
		}
	}
	text = startupText(t, append(testkit.Embedded(t), "APPS=api", "AUTH_DISABLED=1", "HOST=0.0.0.0")...)
	for _, words := range []string{"http://127.0.0.1:", "/v1/chats -d "} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in the startup text without accounts:\n%s", words, text)
		}
	}
	if strings.Contains(text, "register") || strings.Contains(text, "swagger") {
		t.Errorf("the startup text offers what is off:\n%s", text)
	}
	database := testkit.Postgres(t)
	text = startupText(t, database...)
	if !strings.Contains(text, "PostgreSQL, database test_") || strings.Contains(text, "POSTGRES_PWD") {
		t.Errorf("the startup text does not name the database:\n%s", text)
	}
}

// The consumer prints its backends without secrets.
func TestConsumerStartupText(t *testing.T) {
	t.Parallel()
	settings := append(testkit.Postgres(t), "RMQ_HOST=127.0.0.1", "RMQ_PORT=1", "RMQ_USER=me", "RMQ_PASSWORD=hush-hush", "CONSUMER_POOL_SIZE=7",
		"CACHE_TYPE=redis", "REDIS_URL=redis://me:hush-hush@127.0.0.1:1")
	text := startupTextOf(t, "consumer", settings...)
	for _, words := range []string{"messenger-api consumer v1 (abc)", "RabbitMQ at amqp://me:****@127.0.0.1:1, 7 at once",
		"PostgreSQL, database test_", "in Redis at redis://me:****@127.0.0.1:1", "/ping_db", "127.0.0.1:", "Ctrl-C"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in the startup text:\n%s", words, text)
		}
	}
	if strings.Contains(text, "hush") {
		t.Errorf("the startup text shows a secret:\n%s", text)
	}
}

// A setting without effect is logged once.
func TestUnusedSettings(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "WORKERS_NUM=4")...)
	s.Stop()
	if got := strings.Count(s.Logs(), "WORKERS_NUM"); got != 1 {
		t.Errorf("WORKERS_NUM is named %d times, want once:\n%s", got, s.Logs())
	}
}
