package redis_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// control is a connection to Redis for commands of the test.
type control struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, server *cachetest.Server) *control {
	t.Helper()
	conn, err := net.Dial("tcp", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &control{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// ask sends a command and returns the first line of the reply.
func (c *control) ask(command string) string {
	c.t.Helper()
	if _, err := fmt.Fprintf(c.conn, "%s\r\n", command); err != nil {
		c.t.Fatal(err)
	}
	line, err := c.in.ReadString('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestKilledServer(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), hasty)
	set(t, c, "key", "value")
	server.Kill()
	awaitDown(t, c)
	server.Start()
	awaitUp(t, c)
	if _, ok, err := c.Get(t.Context(), "key"); ok || err != nil {
		t.Errorf("a killed Redis still has the value: %v, %v", ok, err)
	}
	set(t, c, "key", "value")
	if lines.Has(logLost) == 0 || lines.Has(logFound) == 0 {
		t.Errorf("the outage was not logged:\n%s", lines)
	}
}

func TestServerThatStartsLater(t *testing.T) {
	server := cachetest.StartServer(t)
	server.Kill()
	c, lines := open(t, server.URL(), hasty)
	if err := errorOfGet(t, c); !errors.Is(err, cache.ErrDown) || c.Settled() {
		t.Fatalf("without a Redis: %v, settled is %v", err, c.Settled())
	}
	server.Start()
	awaitUp(t, c)
	if lost, found := lines.Has(logLost), lines.Has(logFound); lost != 1 || found != 1 {
		t.Errorf("lost %d times and found %d times:\n%s", lost, found, lines)
	}
}

func TestLogInterval(t *testing.T) {
	server := cachetest.StartServer(t)
	server.Kill()
	_, often := open(t, server.URL(), hasty, func(o *redis.Options) { o.LogInterval = time.Millisecond })
	_, seldom := open(t, server.URL(), hasty)
	await.Until(t, "reminders", func() bool { return often.Has(logStill) > 5 })
	if seldom.Has(logLost) != 1 || seldom.Has(logStill) != 0 {
		t.Errorf("more than one line in a minute:\n%s", seldom)
	}
}

func TestServerBecomesReplica(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), hasty)
	set(t, c, "key", "value")
	role := dial(t, server)
	role.ask("REPLICAOF 127.0.0.1 1")
	await.Until(t, "a write fails", func() bool {
		return errors.Is(c.Set(t.Context(), "key", nil, time.Hour), cache.ErrDown)
	})
	await.Until(t, "it is logged", func() bool { return lines.Has("READONLY") > 0 })
	role.ask("REPLICAOF NO ONE")
	awaitUp(t, c)
}

func TestFullServerIsNoOutage(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), patient)
	dial(t, server).ask("CONFIG SET maxmemory 1")
	err := c.Set(t.Context(), "key", make([]byte, 1000), time.Hour)
	if err == nil || errors.Is(err, cache.ErrDown) || errors.Is(err, cache.ErrSlow) {
		t.Errorf("Set in a full Redis: %v; want Redis's error reply", err)
	}
	if err := errorOfGet(t, c); err != nil {
		t.Errorf("Get from a full Redis: %v", err)
	}
	if lines.Has(logLost) != 0 {
		t.Errorf("the breaker opened:\n%s", lines)
	}
}
