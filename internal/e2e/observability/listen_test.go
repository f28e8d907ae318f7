package observability

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"messenger-api/internal/apps/metrics"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// Without the app nothing listens at the metrics' address, and no metrics are served.
func TestOff(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "APPS=cache,auth,throttling,api,search,docs")...)
	traffic(t, s.API)
	if s.MetricsURL != "" {
		t.Errorf("metrics are at %s", s.MetricsURL)
	}
}

// Metrics and profiles are not served at the public address.
func TestNotOnThePublicAddress(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "DEBUG=on")...)
	alice := s.As(t, "alice")
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		alice.Get(path).Refused(http.StatusNotFound, "not-found")
	}
}

func TestProfilesOnlyWithDebug(t *testing.T) {
	t.Parallel()
	paths := []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/pprof/profile?seconds=1"}
	quiet := testkit.Start(t, testkit.Embedded(t)...)
	debug := testkit.Start(t, append(testkit.Embedded(t), "DEBUG=on")...)
	for _, path := range paths {
		quiet.MetricsStatus(t, path, http.StatusNotFound)
		debug.MetricsStatus(t, path, http.StatusOK)
	}
	quiet.MetricsStatus(t, "/", http.StatusNotFound)
}

// Connections to the metrics are bounded on their own: idle ones are closed for new ones, and those of clients stay.
func TestManyConnectionsToTheMetrics(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	address := strings.TrimPrefix(s.MetricsURL, "http://")
	var first net.Conn
	for i := range 3 * metrics.MaxConnections {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: test\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if answer, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Fatalf("connection %d: %v, %v", i, answer, err)
		}
		if i == 0 {
			first = conn
		}
	}
	if n, err := first.Read(make([]byte, 1)); err == nil {
		t.Errorf("the first connection is open: %d bytes", n)
	}
	s.Guest(t).Get("/ping").Empty(http.StatusOK)
}

// A configured address that is in use is an error.
func TestTakenAddress(t *testing.T) {
	t.Parallel()
	taken := testkit.Start(t, testkit.Embedded(t)...).MetricsURL
	taken = strings.TrimPrefix(taken, "http://")
	settings := append(testkit.Embedded(t), "PORT=0", "HOST=127.0.0.1", "METRICS_ADDR="+taken)
	if result := testkit.Command(t, settings, "serve"); result.Code != 1 || !strings.Contains(result.Stderr, "listen on METRICS_ADDR: ") {
		t.Errorf("%+v, want exit code 1 and the setting's name", result)
	}
	settings = slices.Concat(testkit.Postgres(t), []string{
		"RMQ_URL=amqp://127.0.0.1:1", "CONSUMER_PORT=0", "HOST=127.0.0.1", "CONSUMER_METRICS_ADDR=" + taken,
	})
	if result := testkit.Command(t, settings, "consumer"); result.Code != 1 || !strings.Contains(result.Stderr, "listen on CONSUMER_METRICS_ADDR: ") {
		t.Errorf("%+v, want exit code 1 and the setting's name", result)
	}
}

// The metrics' address can't be the server's own address: that is an error at the start.
func TestOneAddressTwice(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:8080", "0.0.0.0:8080"} {
		result := testkit.Command(t, append(testkit.Embedded(t), "METRICS_ADDR="+address), "serve")
		if result.Code != 2 || !strings.HasPrefix(result.Stderr, "METRICS_ADDR: ") || !strings.Contains(result.Stderr, "HOST and PORT") {
			t.Errorf("%s: %+v, want exit code 2 and both settings' names", address, result)
		}
	}
}

// Without a configured address several servers can run on one machine: the first gets the default address.
func TestTakenUsualAddress(t *testing.T) {
	// From now on the default address is in use, by this listener or another program.
	if listener, err := net.Listen("tcp", "127.0.0.1:9090"); err == nil {
		defer listener.Close()
	}
	s := testkit.Start(t, append(testkit.Embedded(t), "METRICS_ADDR=")...)
	traffic(t, s.API)
	if s.MetricsURL != "" || !strings.Contains(s.Logs(), "METRICS_ADDR") {
		t.Errorf("metrics are at %q; log:\n%s", s.MetricsURL, s.Logs())
	}
}

// The consumer serves its own metrics.
func TestConsumer(t *testing.T) {
	t.Parallel()
	settings := slices.Concat(testkit.Postgres(t), []string{"RMQ_URL=" + queuetest.StartBroker(t).URL()})
	s := testkit.Start(t, settings...)
	consumer := testkit.StartConsumer(t, settings...)
	traffic(t, s.API)
	scrape := consumer.Scrape(t)
	want(t, scrape, 1, "messenger_searches_ended_total", "state", "SUCCESS")
	want(t, scrape, 1, "messenger_up", "part", "queue")
	want(t, scrape, 1, "messenger_ready")
	lint(t, scrape)
	await.Until(t, "the indexer has looked", func() bool {
		_, found := consumer.Scrape(t).Value("messenger_search_index_behind_messages")
		return found
	})
	want(t, s.Scrape(t), 0, "messenger_searches_ended_total")
}
