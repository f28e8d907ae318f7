package abuse_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
)

// tasksKept is how many ended searches of an account are kept.
const tasksKept = 50

// The number of ended searches is bounded: the oldest are deleted, in the database and in Redis.
func TestFinishedSearches(t *testing.T) {
	t.Parallel()
	redis := cachetest.StartServer(t)
	for name, settings := range map[string][]string{
		"embedded": testkit.Embedded(t), "postgres": testkit.Postgres(t),
		"redis": append(testkit.Postgres(t), "CACHE_TYPE=redis", "REDIS_URL="+redis.URL().String()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, settings...)
			alice := s.As(t, "alice")
			chat := alice.CreateChat("tea")
			user := alice.Join(chat, "Alice")
			alice.Send(chat, user, "needle")
			var tasks []string
			for range tasksKept + 10 {
				tasks = append(tasks, alice.Succeed(messenger.SearchCreation{Message: "needle"}))
			}
			for i, task := range tasks {
				answer := alice.Get(testkit.ResultsPath(task, 1, ""))
				switch {
				case i < len(tasks)-tasksKept-1:
					answer.Refused(http.StatusNotFound, "task-not-found")
				case i >= len(tasks)-tasksKept:
					answer.Want(http.StatusOK)
				}
			}
			left := testkit.ExecuteSQL(t, settings, "UPDATE search_results SET seq = seq")
			if name == "redis" {
				left = int64(countKeys(t, redis, "results:*"))
			}
			if left < tasksKept || left > tasksKept+1 {
				t.Errorf("%d results are kept, want %d", left, tasksKept)
			}
		})
	}
}

// Searches have their own rate limit.
func TestTheRateOfSearches(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "THROTTLING_SEARCH_RPM=3")...)
	alice, bob := s.As(t, "alice"), s.As(t, "bob")
	for range 3 {
		alice.Search(messenger.SearchCreation{Message: "needle"})
	}
	answer := alice.StartSearch(messenger.SearchCreation{Message: "needle"})
	answer.Refused(http.StatusTooManyRequests, "request-limit-exceeded")
	if !strings.Contains(answer.Field("details"), "searches") || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s", answer)
	}
	bob.Search(messenger.SearchCreation{Message: "needle"})
	alice.CreateChat("tea")
}

// BenchmarkReadsBesideSearches measures uncached reads of an account, alone and while another one, in many chats, keeps
// 20 searches open, and messages are sent: the ratio of the medians, the longest read, and the size of the embedded
// database's write-ahead log.
func BenchmarkReadsBesideSearches(b *testing.B) {
	const chats, alone = 500, 50
	database := testkit.Embedded(b)
	s := testkit.StartBinary(b, database...)
	mallory, bob := s.As(b, "mallory"), s.As(b, "bob")
	fill := testkit.StartLoad(b, 8, func(worker, n int) bool {
		chat := mallory.CreateChat("many")
		mallory.Send(chat, mallory.Join(chat, "Mallory"), fmt.Sprint("needle and thread ", worker, n))
		return true
	})
	fill.Await(chats)
	fill.Stop()
	tea := bob.CreateChat("tea")
	user := bob.Join(tea, "Bob")
	text, reads, longestLog := strings.Repeat("text ", 2000), 0, int64(0)
	log := filepath.Join(strings.TrimPrefix(database[0], "DATA_DIR="), "messenger.db-wal")
	read := func() time.Duration {
		bob.Send(tea, user, text)
		reads++
		started := time.Now()
		bob.Page(tea, 5+reads%900, "")
		return time.Since(started)
	}
	before := make([]time.Duration, alone)
	for i := range before {
		before[i] = read()
	}
	done := make(chan struct{})
	defer close(done)
	for range 20 {
		go func() {
			for {
				select {
				case <-done:
					return
				default:
					_, _ = mallory.Try(http.MethodPost, "/v1/chats/search", map[string]string{"message": "needle thread nothing"}, "Prefer", "wait=5")
				}
			}
		}()
	}
	var beside []time.Duration
	for b.Loop() {
		beside = append(beside, read())
		if file, err := os.Stat(log); err == nil {
			longestLog = max(longestLog, file.Size())
		}
	}
	slices.Sort(before)
	slices.Sort(beside)
	b.ReportMetric(float64(beside[len(beside)/2])/float64(before[alone/2]), "beside/alone")
	b.ReportMetric(float64(beside[len(beside)-1].Microseconds())/1000, "ms-longest")
	b.ReportMetric(float64(longestLog)/1e6, "MB-log")
}
