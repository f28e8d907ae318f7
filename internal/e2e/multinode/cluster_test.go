package multinode

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// cluster is two nodes with one database and one Redis. The first node may connect to Redis by a proxy.
type cluster struct {
	redis *cachetest.Server
	nodes [2]*testkit.Server
	// alice has one session, on both nodes.
	alice [2]*testkit.Client
}

// startCluster starts the nodes, with further settings.
func startCluster(t *testing.T, redis *cachetest.Server, environment ...string) *cluster {
	t.Helper()
	return startThrough(t, redis, redis.URL(), environment...)
}

// startThrough starts the nodes, of which the first connects to Redis at another address.
func startThrough(t *testing.T, redis *cachetest.Server, first *url.URL, environment ...string) *cluster {
	t.Helper()
	c := &cluster{redis: redis}
	environment = append(testkit.Postgres(t), environment...)
	for i, address := range []*url.URL{first, redis.URL()} {
		own := append([]string{"CACHE_TYPE=redis", "REDIS_URL=" + address.String()}, environment...)
		c.nodes[i] = testkit.Start(t, own...)
	}
	c.alice[0] = c.nodes[0].As(t, "alice")
	c.alice[1] = c.nodes[1].WithSession(t, c.alice[0].Session)
	return c
}

// awaitCaching waits until each node caches pages in Redis, which it does a while after it has connected.
// The cluster must not be used otherwise meanwhile.
func (c *cluster) awaitCaching(t *testing.T) {
	t.Helper()
	for i, alice := range c.alice {
		chat := alice.CreateChat("chat")
		await.Until(t, fmt.Sprintf("node %d keeps pages in Redis", i), func() bool {
			c.flush(t)
			alice.Get(testkit.PagePath(chat, 50, "")) // 429 if the test has a low limit; then it is tried again
			return c.ask(t, "KEYS page:*") != "*0"
		})
	}
}

// flush deletes all keys of Redis.
func (c *cluster) flush(t *testing.T) {
	t.Helper()
	if answer := c.ask(t, "FLUSHALL"); answer != "+OK" {
		t.Fatalf("Redis answered %s", answer)
	}
}

// ask returns the first line of Redis's reply to a command.
func (c *cluster) ask(t *testing.T, command string) string {
	t.Helper()
	connection, err := (&net.Dialer{Timeout: time.Minute}).DialContext(t.Context(), "tcp", c.redis.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := fmt.Fprint(connection, command, "\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
