package abuse_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
)

// A full Redis evicts the keys with the shortest time to live. The counters of wrong passwords survive: two
// nodes together check no more passwords than the limit allows.
func TestGuessesWhileRedisIsFull(t *testing.T) {
	t.Parallel()
	redis := cachetest.StartServer(t, "--maxmemory", "4mb", "--maxmemory-policy", "volatile-ttl")
	settings := append(testkit.Postgres(t), "CACHE_TYPE=redis", "REDIS_URL="+redis.URL().String(), "THROTTLING_AUTH_RPM=30")
	nodes := []*testkit.Server{testkit.Start(t, settings...), testkit.Start(t, settings...)}
	nodes[0].As(t, "alice")
	fill(t, redis.Address())
	judged := 0
	started := time.Now()
	for i := range 60 {
		answer := nodes[i%2].Guest(t).Post("/v1/auth/login", map[string]string{"user_name": "alice", "password": "wrong"},
			"X-Forwarded-For", "192.0.2.1")
		switch answer.Status {
		case http.StatusBadRequest:
			judged++
		default:
			answer.Refused(http.StatusTooManyRequests, "request-limit-exceeded")
		}
	}
	if most := 30 + 1 + int(time.Since(started)/(2*time.Second)); judged > most {
		t.Errorf("%d wrong log-ins were judged, want %d at most", judged, most)
	}
}

// fill writes keys that live for an hour to a Redis, as fast as possible, until the test ends. It returns
// once the Redis is full.
func fill(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	value := strings.Repeat("x", 10_000)
	put := func(i int) error {
		if _, err := fmt.Fprintf(conn, "SET results:%d %s EX 3600\r\n", i, value); err != nil {
			return err
		}
		_, err := answers.ReadString('\n')
		return err
	}
	for i := range 1000 { // more than twice its memory
		if err := put(i); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	group.Go(func() {
		var err error
		for i := 1000; err == nil; i++ {
			err = put(i)
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		group.Wait()
	})
}

// countKeys counts the keys of a pattern.
func countKeys(t *testing.T, server *cachetest.Server, pattern string) int {
	t.Helper()
	conn, err := net.Dial("tcp", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "KEYS %s\r\n", pattern); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	count, failure := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(line), "*"))
	if err != nil || failure != nil {
		t.Fatalf("%q, %v, %v", line, err, failure)
	}
	return count
}
