package testkit

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/server"
)

// defaults are the settings of tests: a free port, a readable log, and limits that tests don't reach.
// A test's own settings override them.
var defaults = []string{
	"HOST=127.0.0.1", "PORT=0", "CONSUMER_PORT=0", "METRICS_ADDR=127.0.0.1:0", "CONSUMER_METRICS_ADDR=127.0.0.1:0", "LOG_FORMAT=json", "THROTTLING_RPS=1000000", "THROTTLING_AUTH_RPM=1000000", "THROTTLING_SEARCH_RPM=1000000",
}

func withDefaults(environment []string) []string { return slices.Concat(defaults, environment) }

// Embedded returns the settings of a new embedded database, which is deleted at the end of the test.
func Embedded(t testing.TB) []string {
	t.Helper()
	return []string{"DATA_DIR=" + t.TempDir()}
}

// Migrated is Embedded with the present schema in it. A test that starts many servers need not wait
// for the migrations of each, which under the race detector take longer than what it is about.
func Migrated(t testing.TB) []string {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "messenger.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"DATA_DIR=" + directory}
}

// migrated is the file of an empty embedded database, made once.
var migrated = sync.OnceValues(func() ([]byte, error) {
	directory, err := os.MkdirTemp("", "migrated")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory) // what is left is in the system's place for what is temporary
	var output bytes.Buffer
	code := server.Run(context.Background(), server.Process{
		Arguments: []string{"migrate", "up"}, Environment: []string{"DATA_DIR=" + directory}, Stdout: &output, Stderr: &output,
	})
	if code != 0 {
		return nil, fmt.Errorf("migrate an empty database: exit code %d: %s", code, &output)
	}
	return os.ReadFile(filepath.Join(directory, "messenger.db"))
})

// setting returns the value of a setting in the environment. The last entry counts; an empty value is
// as good as none.
func setting(environment []string, name, fallback string) string {
	value := fallback
	for _, entry := range environment {
		if given, ok := strings.CutPrefix(entry, name+"="); ok {
			value = given
			if given == "" {
				value = fallback
			}
		}
	}
	return value
}
