package abuse_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// maxMemory is the limit of the process's resident memory, in bytes.
const maxMemory = 200_000_000

// requireSmall fails the test if the peak memory exceeds the limit.
func requireSmall(t *testing.T, s *testkit.Process, what string) {
	t.Helper()
	resident, peak := s.Memory()
	t.Logf("%s: %d MB now, %d MB at most", what, resident/1e6, peak/1e6)
	if peak > maxMemory {
		t.Errorf("%s: the server took %d MB, want %d at most", what, peak/1e6, maxMemory/1_000_000)
	}
}

// unfinished opens connections and sends a request without its end on each. It returns how many get 503
// at once; the others stay open until the end of the test.
func unfinished(t *testing.T, s testkit.API, count int, text func(i int) string) (refused int) {
	t.Helper()
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range count {
		conn := dial(t, s)
		group.Go(func() {
			write(conn, text(i))
			answer, body, err := receiveSoon(conn)
			if err != nil {
				return
			}
			if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), `"service-unavailable"`) ||
				answer.Header.Get("Retry-After") == "" {
				t.Errorf("%s %s", answer.Status, body)
			}
			mu.Lock()
			defer mu.Unlock()
			refused++
		})
	}
	group.Wait()
	return refused
}

// The memory of unfinished bodies is bounded per address and in total; requests from other addresses are
// served.
func TestUnfinishedBodies(t *testing.T) {
	t.Parallel()
	const length = 1 << 20
	for name, c := range map[string]struct {
		address func(i int) string
		refused int // at least
	}{
		"one address":         {func(int) string { return "192.0.2.1" }, 200},
		"a /48":               {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, 200},
		"addresses of a farm": {func(i int) string { return fmt.Sprintf("192.0.%d.%d", i/250, i%250) }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.StartBinary(t, testkit.Embedded(t)...)
			alice := s.As(t, "alice")
			chat := alice.CreateChat("tea")
			user := alice.Join(chat, "Alice")
			requireSmall(t, s, "before")
			body := strings.Repeat(" ", length-1)
			refused := unfinished(t, s.API, 400, func(i int) string {
				return fmt.Sprintf("POST /v1/auth/login HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: %s\r\nContent-Length: %d\r\n\r\n%s",
					c.address(i), length, body)
			})
			if refused < c.refused {
				t.Errorf("%d were refused, want %d", refused, c.refused)
			}
			requireSmall(t, s, "with 400 bodies that don't end")
			if name == "one address" {
				alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": strings.Repeat("a", 65536)},
					"X-Forwarded-For", "198.51.100.1").Want(http.StatusCreated)
			}
			alice.Send(chat, user, "hello")
		})
	}
}

// The memory of unfinished headers is bounded, too.
func TestUnfinishedHeaders(t *testing.T) {
	t.Parallel()
	s := testkit.StartBinary(t, append(testkit.Embedded(t), "TRUSTED_PROXIES=none")...)
	alice := s.As(t, "alice")
	padding := strings.Repeat("a", 12<<10)
	refused := unfinished(t, s.API, 1000, func(i int) string {
		return fmt.Sprintf("GET /ping HTTP/1.1\r\nHost: test\r\nX-Padding-%d: %s\r\n", i, padding)
	})
	if refused < 300 {
		t.Errorf("%d were refused, want 300", refused)
	}
	requireSmall(t, s, "with 1000 headers that don't end")
	alice.CreateChat("tea")
}

// Any number of successive requests may have a long header.
func TestLongHeaders(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "TRUSTED_PROXIES=none")...)
	alice := s.As(t, "alice")
	for range 300 {
		alice.Get("/ping", "X-Padding", strings.Repeat("a", 12<<10)).Empty(http.StatusOK)
	}
	conns := make([]net.Conn, 50)
	for i := range conns {
		conns[i] = dial(t, s.API)
		write(conns[i], request("GET", "/ping", "", "", "X-Padding: "+strings.Repeat("a", 12<<10)))
	}
	for _, conn := range conns {
		if answer, _, err := receive(conn, "GET"); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%v, %v", answer, err)
		}
	}
}
