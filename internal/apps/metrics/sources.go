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
	askEvery    = 5 * time.Second
	askDeadline = 1500 * time.Millisecond
)

// Sources are what is asked when a scrape wants to know. Each may be nil, for what
// is not used.
type Sources struct {
	// Database, Cache and Queue tell whether they answer.
	Database, Queue func(ctx context.Context) error
	Cache           func() bool
	// Tasks counts the search tasks, Oldest tells since when the oldest of those that wait does.
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

// answers are what was last said. tasks is nil where it is not known.
type answers struct {
	up     map[string]bool
	tasks  map[search.Status]int
	oldest time.Time
}

// asking remembers the last answers, so that many who scrape ask no more often than one.
type asking struct {
	mu   sync.Mutex
	of   *Sources
	at   time.Time
	last answers
}

func (a *asking) answers(of *Sources) answers {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of != of || time.Since(a.at) >= askEvery {
		a.last, a.of, a.at = of.ask(), of, time.Now()
	}
	return a.last
}

// ask asks all at once. What does not answer in time is down, or not known.
func (s *Sources) ask() answers {
	up := map[string]bool{"database": false}
	if s == nil {
		return answers{up: up} // it is still waited for
	}
	ctx, cancel := context.WithTimeout(context.Background(), askDeadline)
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
	return answers{up, tasks, oldest}
}
