package metrics

import (
	"context"
	"sync"
	"time"

	"messenger-api/internal/search"
)

// askEvery is how old an answer may be that a scrape gets, and askDeadline how long
// it waits for a new one.
const (
	sourceMaxAge  = 5 * time.Second
	sourceTimeout = 1500 * time.Millisecond
)

// Sources are what is asked when a scrape wants to know. Each may be nil, for what
// is not used.
type Sources struct {
	// Database, Cache and Queue tell whether they answer.
	Database, Queue func(ctx context.Context) error
	Cache           func() bool
	// TaskCounts counts the search tasks, Oldest tells since when the oldest of those that wait does.
	TaskCounts    func(ctx context.Context) (map[search.Status]int, error)
	OldestWaiting func(ctx context.Context) (time.Time, error)
	// Pools asks nobody else.
	Pools func() []Pool
}

// Pool is how connections are used at a moment.
type Pool struct {
	Name             string
	Max, Open, InUse int
	Waits            int64
	Waited           time.Duration
}

// sourceState are what was last said. tasks is nil where it is not known.
type sourceState struct {
	up     map[string]bool
	tasks  map[search.Status]int
	oldest time.Time
}

// sourceCache remembers the last answers, so that many who scrape ask no more often than one.
type sourceCache struct {
	mu      sync.Mutex
	sources *Sources
	readAt  time.Time
	last    sourceState
}

func (a *sourceCache) read(sources *Sources) sourceState {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sources != sources || time.Since(a.readAt) >= sourceMaxAge {
		a.last, a.sources, a.readAt = sources.query(), sources, time.Now()
	}
	return a.last
}

// query asks all at once. What does not answer in time is down, or not known.
func (s *Sources) query() sourceState {
	up := map[string]bool{"database": false}
	if s == nil {
		return sourceState{up: up} // it is still waited for
	}
	ctx, cancel := context.WithTimeout(context.Background(), sourceTimeout)
	defer cancel()
	var all sync.WaitGroup
	var database, queue bool
	var tasks map[search.Status]int
	var oldest time.Time
	all.Go(func() { database = s.Database(ctx) == nil })
	if s.Queue != nil {
		all.Go(func() { queue = s.Queue(ctx) == nil })
	}
	if s.TaskCounts != nil {
		all.Go(func() {
			counted, err := s.TaskCounts(ctx)
			if err != nil {
				return
			}
			if oldest, err = s.OldestWaiting(ctx); err == nil {
				tasks = counted
			}
		})
	}
	all.Wait()
	up["database"] = database
	if s.Queue != nil {
		up["queue"] = queue
	}
	if s.Cache != nil {
		up["cache"] = s.Cache()
	}
	return sourceState{up, tasks, oldest}
}
