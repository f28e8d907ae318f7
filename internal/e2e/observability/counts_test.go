package observability

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

func TestMetricsCountWhatWasDone(t *testing.T) {
	t.Parallel()
	for name, database := range map[string][]string{"embedded": testkit.Embedded(t), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, database...)
			await.Until(t, "the cache may be used", func() bool {
				up, _ := s.Scrape(t).Value("messenger_up", "part", "cache")
				return up == 1
			})
			traffic(t, s.API)
			await.Until(t, "the database is asked again", func() bool {
				ended, _ := s.Scrape(t).Value("messenger_search_tasks", "state", "SUCCESS")
				return ended == 1
			})
			scrape := s.Scrape(t)
			const messages = "/v1/chats/{chat_id}/messages"
			want(t, scrape, 5, "messenger_requests_total", "method", "POST", "route", messages, "status", "201")
			want(t, scrape, 1, "messenger_requests_total", "method", "POST", "route", messages, "status", "404")
			want(t, scrape, 6, "messenger_request_duration_seconds", "method", "POST", "route", messages)
			want(t, scrape, 1, "messenger_requests_total", "method", "GET", "route", "unmatched", "status", "401")
			want(t, scrape, 4, "messenger_messages_sent_total", "result", "stored")
			want(t, scrape, 1, "messenger_messages_sent_total", "result", "repeated")
			want(t, scrape, 1, "messenger_messages_sent_total", "result", "refused")
			want(t, scrape, 6, "messenger_commit_messages")
			want(t, scrape, 0, "messenger_commit_failures_total")
			want(t, scrape, 1, "messenger_logins_total", "result", "accepted")
			want(t, scrape, 1, "messenger_logins_total", "result", "refused")
			want(t, scrape, 1, "messenger_registrations_total", "result", "accepted")
			want(t, scrape, 1, "messenger_cache_reads_total", "kind", "pages", "outcome", "miss")
			want(t, scrape, 2, "messenger_cache_reads_total", "kind", "pages", "outcome", "hit_shared")
			want(t, scrape, 1, "messenger_cache_reads_total", "kind", "sessions", "outcome", "miss")
			want(t, scrape, 1, "messenger_search_tasks", "state", "SUCCESS")
			want(t, scrape, 0, "messenger_search_tasks", "state", "WAITING")
			want(t, scrape, 0, "messenger_search_oldest_waiting_seconds")
			want(t, scrape, 1, "messenger_searches_ended_total", "state", "SUCCESS")
			want(t, scrape, 1, "messenger_search_duration_seconds")
			want(t, scrape, 0, "messenger_throttled_requests_total")
			want(t, scrape, 1, "messenger_ready")
			for _, part := range []string{"database", "cache", "queue"} {
				want(t, scrape, 1, "messenger_up", "part", part)
			}
			want(t, scrape, 1, "messenger_build_info", "version", "test")
			if most, found := scrape.Value("messenger_database_connections_max"); !found || most < 1 {
				t.Errorf("the most connections are %v", most)
			}
			lint(t, scrape)
		})
	}
}

// lint checks the metrics by Prometheus's conventions, and their number: labels have few values.
func lint(t *testing.T, scrape testkit.Scrape) {
	t.Helper()
	problems, err := promlint.New(bytes.NewReader(scrape.Text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	for name, family := range scrape.Families {
		if len(family.GetMetric()) > 60 {
			t.Errorf("%s has %d series", name, len(family.GetMetric()))
		}
		if ours := strings.HasPrefix(name, "messenger_"); !ours && !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			t.Errorf("%s has an unknown prefix", name)
		}
	}
}

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "THROTTLING_RPS=2", "THROTTLING_AUTH_RPM=2")...)
	guest := s.Guest(t)
	throttled := 0
	for range 20 {
		if guest.Get("/unknown").Status == http.StatusTooManyRequests {
			throttled++
		}
	}
	scrape := s.Scrape(t)
	want(t, scrape, float64(throttled), "messenger_throttled_requests_total")
	want(t, scrape, float64(throttled), "messenger_requests_total", "route", "unmatched", "status", "429")
	if throttled == 0 {
		t.Error("nothing was throttled")
	}

	s = testkit.Start(t, append(testkit.Embedded(t), "THROTTLING_AUTH_RPM=2")...)
	for range 5 {
		s.Guest(t).Post("/v1/auth/login", map[string]string{"user_name": "nobody", "password": "wrong password"})
	}
	scrape = s.Scrape(t)
	want(t, scrape, 2, "messenger_logins_total", "result", "refused")
	want(t, scrape, 3, "messenger_logins_total", "result", "limited")
	want(t, scrape, 0, "messenger_throttled_requests_total")
}

// Clients can't create new series, whatever they send.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	for _, method := range []string{"BREW", "WHISK", "STIR"} {
		s.Guest(t).Do(method, "/unknown/"+method, nil)
	}
	scrape := s.Scrape(t)
	want(t, scrape, 3, "messenger_requests_total", "method", "other", "route", "unmatched")
	for _, text := range []string{"BREW", "/unknown"} {
		if bytes.Contains(scrape.Text, []byte(text)) {
			t.Errorf("%s is in the metrics", text)
		}
	}
}

// While the database is down, metrics that need it are left out, and the request does not hang.
func TestDatabaseIsDown(t *testing.T) {
	t.Parallel()
	settings, database := testkit.ViaProxy(t, testkit.Postgres(t))
	s := testkit.Listen(t, settings...)
	check := func(up float64) {
		t.Helper()
		await.Until(t, "the metrics tell how the database is", func() bool {
			got, _ := s.Scrape(t).Value("messenger_up", "part", "database")
			_, counted := s.Scrape(t).Value("messenger_search_tasks")
			return got == up && counted == (up == 1)
		})
	}
	check(0)
	want(t, s.Scrape(t), 0, "messenger_ready")
	s.Guest(t).Get("/v1/chats")
	want(t, s.Scrape(t), 1, "messenger_requests_total", "status", "503", "route", "unmatched")
	database.Up()
	s.AwaitReady()
	check(1)
	want(t, s.Scrape(t), 1, "messenger_ready")
	database.Down()
	check(0)
}
