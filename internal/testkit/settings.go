package testkit

import (
	"slices"
	"strings"
	"testing"
)

// quiet are the settings that tests start from: a free port of this machine,
// a log that can be read, and limits that nobody reaches. What a test gives
// counts more.
var quiet = []string{
	"HOST=127.0.0.1", "PORT=0", "CONSUMER_PORT=0", "METRICS_ADDR=127.0.0.1:0", "CONSUMER_METRICS_ADDR=127.0.0.1:0", "LOG_FORMAT=json", "THROTTLING_RPS=1000000", "THROTTLING_AUTH_RPM=1000000", "THROTTLING_SEARCH_RPM=1000000",
}

func withQuiet(environment []string) []string { return slices.Concat(quiet, environment) }

// Embedded gives the settings of a new embedded database, deleted with the test.
func Embedded(t testing.TB) []string {
	t.Helper()
	return []string{"DATA_DIR=" + t.TempDir()}
}

// setting finds what the environment says of a setting: of two entries the
// later one counts, and an empty one is none.
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
