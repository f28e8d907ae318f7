package multinode

import (
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
)

// quiet is a chat to which only the test sends, so that its pages stay cached until they expire.
type quiet struct {
	cluster    *cluster
	chat, user string
}

// newQuiet creates a chat with one message, which both nodes and Redis have cached.
func newQuiet(t *testing.T, c *cluster) quiet {
	t.Helper()
	q := quiet{cluster: c, chat: c.alice[0].CreateChat("chat")}
	q.user = c.alice[0].Join(q.chat, "alice")
	c.awaitCaching(t)
	q.send(0)
	for range 2 {
		q.want(t, 0, 1)
		q.want(t, 1, 1)
	}
	return q
}

func (q quiet) send(node int) { q.cluster.alice[node].Send(q.chat, q.user, "text") }

func (q quiet) length(node int) int {
	return len(q.cluster.alice[node].Page(q.chat, 50, "").Messages)
}

// want fails the test unless the node's page has this number of messages.
func (q quiet) want(t *testing.T, node, messages int) {
	t.Helper()
	if length := q.length(node); length != messages {
		t.Fatalf("node %d reads %d messages; want %d", node, length, messages)
	}
}

// A message that a disconnected node has stored is returned by the other node when its cached page has
// expired. The disconnected node returns it at once, also when it is connected again to Redis, which has an
// older page.
func TestQuietChatOfANodeCutOff(t *testing.T) {
	t.Parallel()
	redis := cachetest.StartServer(t)
	proxy := cachetest.NewProxy(t, redis.Address())
	c := startThrough(t, redis, proxy.URL(redis.URL()))
	q := newQuiet(t, c)
	proxy.Cut()
	q.send(0)
	answered := time.Now()
	proxy.Restore()
	for seen := false; time.Since(answered) < maxStaleness+time.Second; time.Sleep(5 * time.Millisecond) {
		q.want(t, 0, 2)
		began := time.Now()
		length := q.length(1)
		if age := began.Sub(answered); length < 2 && (seen || age > maxStaleness) {
			t.Fatalf("a read %v after the answer lacks the message (seen before: %v)", age, seen)
		}
		seen = length == 2
	}
}

// After Redis was restored from an older snapshot, no old page is returned.
func TestQuietChatAndRestoredRedis(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	q := newQuiet(t, c)
	if answer := c.ask(t, "SAVE"); answer != "+OK" {
		t.Fatalf("Redis answered %s", answer)
	}
	saved := time.Now()
	q.send(0)
	q.want(t, 0, 2)
	q.want(t, 1, 2)
	c.redis.Kill()
	c.redis.Start()
	for time.Since(saved) < maxStaleness+time.Second {
		q.want(t, 0, 2)
		q.want(t, 1, 2)
	}
}
