package observability

import (
	"slices"
	"testing"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// With Redis a page comes from the node's memory, from Redis, or from the database.
func TestCachesOfTwoNodes(t *testing.T) {
	t.Parallel()
	settings := slices.Concat(testkit.Postgres(t), []string{"CACHE_TYPE=redis", "REDIS_URL=" + cachetest.StartServer(t).URL().String()})
	one, other := testkit.Start(t, settings...), testkit.Start(t, settings...)
	for _, s := range []*testkit.Server{one, other} {
		await.Until(t, "the cache may be used", func() bool {
			up, _ := s.Scrape(t).Value("messenger_up", "part", "cache")
			return up == 1
		})
	}
	alice := one.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "hello")
	for range 3 {
		alice.Page(chat, 10, "")
	}
	other.WithSession(t, alice.Session).Page(chat, 10, "")
	scrape := one.Scrape(t)
	want(t, scrape, 1, "messenger_cache_reads_total", "kind", "pages", "outcome", "miss")
	want(t, scrape, 2, "messenger_cache_reads_total", "kind", "pages", "outcome", "hit_local")
	want(t, other.Scrape(t), 1, "messenger_cache_reads_total", "kind", "pages", "outcome", "hit_shared")
	want(t, other.Scrape(t), 1, "messenger_cache_reads_total", "kind", "sessions", "outcome", "hit")
	lint(t, scrape)
}
