package observability

import (
	"net/url"
	"os"
	"slices"
	"testing"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A part that refuses this service for good is told from one that is away, also before the server is ready.
func TestRefused(t *testing.T) {
	t.Parallel()
	redis := cachetest.StartServer(t, "--requirepass", "secret")
	broker, err := url.Parse(os.Getenv("TEST_RABBITMQ_URL"))
	if err != nil || broker.Host == "" {
		t.Fatal("TEST_RABBITMQ_URL is not set: run `make test`, or start a RabbitMQ with `scripts/services up rabbitmq` and then `. .services/env`")
	}
	broker.User = url.UserPassword("nobody", "wrong")
	database := testkit.Postgres(t)
	s := testkit.Start(t, append(slices.Clone(database), "CACHE_TYPE=redis", "REDIS_URL="+redis.URL().String(), "RMQ_URL="+broker.String())...)
	awaitRefused(t, s, map[string]float64{"database": 0, "cache": 1, "queue": 1})

	limited := testkit.LimitedUser(t, database)
	starting := testkit.Listen(t, append(limited, "POSTGRES_DB=missing")...)
	awaitRefused(t, starting, map[string]float64{"database": 1})

	away := testkit.Start(t, append(testkit.Postgres(t), "CACHE_TYPE=redis", "REDIS_URL=redis://127.0.0.1:1", "RMQ_URL=amqp://127.0.0.1:1")...)
	want(t, away.Scrape(t), 0, "messenger_up", "part", "cache")
	awaitRefused(t, away, map[string]float64{"database": 0, "cache": 0, "queue": 0})
}

func awaitRefused(t *testing.T, s *testkit.Server, parts map[string]float64) {
	t.Helper()
	await.Until(t, "messenger_refused tells which parts refuse", func() bool {
		scrape := s.Scrape(t)
		for part, refused := range parts {
			if got, found := scrape.Value("messenger_refused", "part", part); !found || got != refused {
				return false
			}
		}
		return true
	})
}
