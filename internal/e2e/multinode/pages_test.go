package multinode

import (
	"net/http"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
)

func TestTwoNodes(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	l := newLoad(c)
	c.awaitCaching(t)
	l.run(t, 3000)
	l.verify(t)
}

// Redis is stopped and started: empty, with an older snapshot, and with its last data.
func TestRedisKilled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		save      string
	}{
		"empty":    {nil, "PING"},
		"snapshot": {nil, "SAVE"},
		"log":      {[]string{"--appendonly", "yes", "--appendfsync", "always"}, "PING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, cachetest.StartServer(t, test.arguments...))
			l := newLoad(c)
			c.awaitCaching(t)
			l.run(t, 300)
			c.ask(t, test.save)
			l.run(t, 300) // versions and pages are cached
			slow := l.start(t, slowly)
			slow.Await(100)
			c.redis.Kill()
			slow.Await(200)
			c.redis.Start()
			slow.Await(1300)
			slow.Stop()
			c.awaitCaching(t)
			l.run(t, 500)
			l.verify(t)
		})
	}
}

// One node is disconnected from Redis, or has a slow connection, and the other is not.
func TestOneNodeSpoilt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil, mend func(*cachetest.Proxy)
	}{
		"cut":     {(*cachetest.Proxy).Cut, (*cachetest.Proxy).Restore},
		"silence": {(*cachetest.Proxy).Swallow, (*cachetest.Proxy).Heal},
		"slow":    {func(p *cachetest.Proxy) { p.Delay(100 * time.Millisecond) }, (*cachetest.Proxy).Heal},
		"slower":  {func(p *cachetest.Proxy) { p.Delay(time.Second) }, (*cachetest.Proxy).Heal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := cachetest.StartServer(t)
			proxy := cachetest.NewProxy(t, redis.Address())
			c := startThrough(t, redis, proxy.URL(redis.URL()))
			l := newLoad(c)
			c.awaitCaching(t)
			l.run(t, 300)
			slow := l.start(t, slowly)
			slow.Await(100)
			test.spoil(proxy)
			slow.Await(1300)
			test.mend(proxy)
			slow.Await(200)
			slow.Stop()
			c.awaitCaching(t)
			l.run(t, 300)
			l.verify(t)
		})
	}
}

// A page has one tag on all nodes, and a change gives it another.
func TestETagsOverNodes(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	chat := c.alice[0].CreateChat("chat")
	user := c.alice[0].Join(chat, "alice")
	path := testkit.PagePath(chat, 50, "")
	for round := range 3 {
		c.alice[round%2].Send(chat, user, "text")
		etag := c.alice[0].Get(path).Want(http.StatusOK).Header.Get("ETag")
		for _, alice := range c.alice {
			answer := alice.Get(path, "If-None-Match", etag).Empty(http.StatusNotModified)
			if answer.Header.Get("ETag") != etag || answer.Header.Get("Cache-Control") != "private, no-cache" {
				t.Errorf("a 304 with the headers %v", answer.Header)
			}
		}
		c.alice[0].Send(chat, user, "more")
		if again := c.alice[1].Get(path, "If-None-Match", etag).Want(http.StatusOK); again.Header.Get("ETag") == etag {
			t.Error("a page that changed has the same ETag")
		}
	}
}
