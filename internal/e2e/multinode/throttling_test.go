package multinode

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

const perSecond = 20

// burst sends requests of one session to the nodes alternately, as fast as possible, until a number of them
// got 200. It returns that number, how many were refused, and the time from the first 200 to the last.
func burst(t *testing.T, nodes []*testkit.Client, enough int) (served, refused int, took time.Duration) {
	t.Helper()
	var first, last time.Time
	var mu sync.Mutex
	var all sync.WaitGroup
	for sender := range 4 {
		all.Go(func() {
			for turn := sender; ; turn++ {
				answer := nodes[turn%len(nodes)].Get(sessions)
				mu.Lock()
				if answer.Status == http.StatusOK {
					last = time.Now()
					if served++; served == 1 {
						first = last
					}
				} else {
					refused++
				}
				done := served >= enough
				mu.Unlock()
				switch {
				case done:
					return
				case answer.Status != http.StatusOK && answer.Code() != "request-limit-exceeded":
					t.Errorf("%s; want 200 or request-limit-exceeded", answer)
					return
				}
			}
		})
	}
	all.Wait()
	return served, refused, last.Sub(first)
}

// awaitBurst waits until the burst is complete again: it sends requests until one leaves all of the burst but
// itself. In between it waits as the answer says, since each request takes from the burst.
func awaitBurst(t *testing.T, client *testkit.Client) {
	t.Helper()
	await.Until(t, "the burst is whole again", func() bool {
		remaining, reset := field(t, client.Get(sessions), "RateLimit", limitForm)
		if remaining < perSecond-1 {
			time.Sleep(time.Duration(reset) * time.Second)
			return false
		}
		return true
	})
}

// wantAllowed sends to the nodes until a number of requests was served, and compares their rate with that of
// GCRA: the burst, and the rate. It must not be higher. It must not be lower either, unless the machine was
// too slow; then it is tried again.
func wantAllowed(t *testing.T, nodes []*testkit.Client, enough int) {
	t.Helper()
	for range 5 {
		awaitBurst(t, nodes[0])
		served, refused, took := burst(t, nodes, enough)
		allowed := perSecond + perSecond*took.Seconds()
		t.Logf("%d requests were served in %v, and %d refused; %.0f were allowed", served, took, refused, allowed)
		switch ratio := float64(served) / allowed; {
		case ratio > 1.1:
			t.Fatalf("%d requests were served in %v; want %.0f, within a tenth", served, took, allowed)
		case ratio >= 0.9:
			return
		case refused >= served:
			t.Fatalf("%d requests were served in %v, and %d refused; want %.0f, within a tenth", served, took, refused, allowed)
		}
	}
	t.Error("the limit was never what held the requests up")
}

func TestNodesShareOneLimit(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t), "THROTTLING_RPS="+strconv.Itoa(perSecond))
	for _, alice := range c.alice {
		awaitBurst(t, alice) // so that both have cached the session in memory
	}
	wantAllowed(t, c.alice[:], 4*perSecond)
}

// Without Redis each node counts in its own memory, and refuses nothing because of that.
func TestLimitsWithoutRedis(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t), "THROTTLING_RPS="+strconv.Itoa(perSecond))
	c.redis.Kill()
	for node, client := range c.alice {
		await.Until(t, "the loss is logged", func() bool {
			return strings.Contains(c.nodes[node].Logs(), "Redis is out of reach")
		})
		wantAllowed(t, []*testkit.Client{client}, 3*perSecond)
		if lines := strings.Count(c.nodes[node].Logs(), "out of reach"); lines > 2 {
			t.Errorf("%d lines in the log say that Redis is out of reach", lines)
		}
	}
	c.redis.Start()
	for _, alice := range c.alice {
		awaitBurst(t, alice) // each node has counted in its own memory
	}
	c.awaitCaching(t)
	wantAllowed(t, c.alice[:], 3*perSecond) // shared again
}

func TestGuessesAreCountedOverNodes(t *testing.T) {
	t.Parallel()
	const guesses = 4
	c := startCluster(t, cachetest.StartServer(t), "THROTTLING_AUTH_RPM="+strconv.Itoa(guesses+1))
	// The registration was one; correct log-ins don't count. No log-in to this name has come from here, for which
	// the address would have a quota of its own.
	wrong := map[string]string{"user_name": "nobody", "password": "a wrong one"}
	for guess := range guesses {
		c.nodes[guess%2].Guest(t).Post("/v1/auth/login", wrong).Refused(http.StatusBadRequest, "user-not-found")
	}
	for _, node := range c.nodes {
		node.Guest(t).Post("/v1/auth/login", wrong).Refused(http.StatusTooManyRequests, "request-limit-exceeded")
	}
}

var (
	limitForm  = regexp.MustCompile(`^"default";r=(\d+);t=(\d+)$`)
	policyForm = regexp.MustCompile(`^"default";q=(\d+);w=(\d+)$`)
)

// field parses a header of two numbers.
func field(t *testing.T, answer testkit.Answer, name string, form *regexp.Regexp) (one, two int) {
	t.Helper()
	found := form.FindStringSubmatch(answer.Header.Get(name))
	if found == nil || len(answer.Header.Values(name)) != 1 {
		t.Fatalf("%s with %s: %q", answer, name, answer.Header.Values(name))
	}
	one, _ = strconv.Atoi(found[1])
	two, _ = strconv.Atoi(found[2])
	return one, two
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t), "THROTTLING_RPS=2")
	limited := false
	for turn := 0; turn < 20 || !limited; turn++ {
		alice := c.alice[turn%2]
		for _, answer := range []testkit.Answer{
			alice.Get(sessions), alice.Get("/v1/chats/no-chat/messages?limit=1"), alice.Get("/v1/unknown"),
			c.nodes[turn%2].Guest(t).Get(sessions),
		} {
			if quota, window := field(t, answer, "RateLimit-Policy", policyForm); quota != 2 || window != 1 {
				t.Errorf("%s with a policy of %d in %d s; want 2 in 1 s", answer, quota, window)
			}
			remaining, reset := field(t, answer, "RateLimit", limitForm)
			if remaining > 1 || reset != 1 {
				t.Errorf("%s with %d remaining, whole in %d s", answer, remaining, reset)
			}
			if answer.Status == http.StatusTooManyRequests {
				limited = true
				if remaining != 0 {
					t.Errorf("%s with %d remaining", answer, remaining)
				}
			}
		}
	}
	for _, path := range []string{"/ping", "/ping_db"} {
		for range 10 {
			answer := c.nodes[0].Guest(t).Get(path).Want(http.StatusOK)
			if answer.Header.Get("RateLimit") != "" || answer.Header.Get("RateLimit-Policy") != "" {
				t.Errorf("%s with the headers %v", answer, answer.Header)
			}
		}
	}
}
