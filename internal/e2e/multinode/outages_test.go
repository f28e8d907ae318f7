package multinode

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// The maximal time between the beginning or the end of an outage for a node and its log record.
const noticed = time.Second

// outage is a time in which a node may have had no connection to Redis.
type outage struct{ begin, end time.Time }

// outagesOf reads a node's outages of Redis from its log. On a busy machine some are not caused by the
// test.
func outagesOf(t *testing.T, node *testkit.Server) (outages []outage) {
	t.Helper()
	open := false
	for line := range strings.Lines(node.Logs()) {
		var event struct {
			Time time.Time
			Msg  string
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("a log line is not JSON: %v: %s", err, line)
		}
		switch {
		case strings.HasPrefix(event.Msg, "Redis is out of reach"):
			outages, open = append(outages, outage{begin: event.Time.Add(-noticed)}), true
		case strings.HasPrefix(event.Msg, "Redis is in reach again"):
			outages[len(outages)-1].end, open = event.Time.Add(noticed), false
		}
	}
	if open {
		outages[len(outages)-1].end = time.Now()
	}
	return outages
}

// during reports whether any of the outages was between these times.
func during(outages []outage, begin, end time.Time) bool {
	for _, o := range outages {
		if o.begin.Before(end) && o.end.After(begin) {
			return true
		}
	}
	return false
}
