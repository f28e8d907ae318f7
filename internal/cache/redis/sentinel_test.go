package redis_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/freeport"
)

// startSentinel starts a Sentinel that knows the server as the master chat.
func startSentinel(t *testing.T, master *cachetest.Server) (address string) {
	t.Helper()
	host, port, _ := net.SplitHostPort(master.Address())
	own := strconv.Itoa(freeport.For(t))
	directory := t.TempDir()
	file := filepath.Join(directory, "sentinel.conf")
	settings := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor chat %s %s 1\nsentinel down-after-milliseconds chat 500\n"+
		"sentinel failover-timeout chat 5000\n", own, directory, host, port)
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("redis-server", file, "--sentinel")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address = net.JoinHostPort("127.0.0.1", own)
	await.Until(t, "the Sentinel listens", func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return address
}

func TestSentinelFailover(t *testing.T) {
	master := cachetest.StartServer(t)
	host, port, _ := net.SplitHostPort(master.Address())
	replica := cachetest.StartServer(t, "--replicaof", host, port)
	sentinel := startSentinel(t, master)
	await.Until(t, "the Sentinel knows the replica", func() bool {
		return strings.Contains(ask(t, sentinel, "INFO sentinel"), "slaves=1")
	})
	dead := "127.0.0.1:1" // one of several Sentinels may be down
	address := &url.URL{Scheme: "redis+sentinel", Host: dead, Path: "/chat"}
	c, lines := open(t, address, hasty, func(o *redis.Options) { o.Sentinels = []string{sentinel} })
	set(t, c, "key", "value")
	master.Kill()
	awaitDown(t, c)
	awaitUp(t, c)
	set(t, c, "key", "to the new master")
	if got := dial(t, replica).ask("EXISTS key"); got != ":1" {
		t.Errorf("the new master has no key: %s\n%s", got, lines)
	}
}

// A failover that the Sentinels were asked for leaves the old master alive.
func TestSentinelNamesAnother(t *testing.T) {
	master := cachetest.StartServer(t)
	other := cachetest.StartServer(t)
	sentinel := startSentinel(t, master)
	c, _ := open(t, &url.URL{Scheme: "redis+sentinel", Host: sentinel, Path: "/chat/2"}, hasty)
	set(t, c, "key", "value")
	ask(t, sentinel, "SENTINEL REMOVE chat")
	host, port, _ := net.SplitHostPort(other.Address())
	ask(t, sentinel, "SENTINEL MONITOR chat "+host+" "+port+" 1")
	look := dial(t, other)
	look.ask("SELECT 2")
	await.Until(t, "calls go to the one that is the master now", func() bool {
		_ = c.Set(t.Context(), "key", nil, 60_000_000_000)
		return look.ask("EXISTS key") == ":1"
	})
}

func TestSentinelInPlaceOfRedis(t *testing.T) {
	sentinel := startSentinel(t, cachetest.StartServer(t))
	c, err := redis.Open(redis.Options{URL: &url.URL{Scheme: "redis", Host: sentinel}})
	if err == nil {
		_ = c.Close()
		t.Fatal("a Sentinel was taken for a Redis")
	}
	if !strings.Contains(err.Error(), "redis+sentinel://") {
		t.Errorf("the error does not say what to write: %v", err)
	}
}

func TestUnknownMaster(t *testing.T) {
	sentinel := startSentinel(t, cachetest.StartServer(t))
	_, lines := open(t, &url.URL{Scheme: "redis+sentinel", Host: sentinel, Path: "/another"}, hasty)
	if lines.Has("it knows no master") != 1 {
		t.Errorf("the log does not say so:\n%s", lines)
	}
}

// ask sends a command and returns what comes at once.
func ask(t *testing.T, address, command string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := connection.Write([]byte(command + "\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64<<10)
	n, err := connection.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer[:n])
}
