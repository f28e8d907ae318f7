package testkit

import (
	"slices"
	"strings"
	"testing"
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
