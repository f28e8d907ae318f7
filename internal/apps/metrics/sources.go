package metrics

import (
	"context"
	"sync"
	"time"

	"messenger-api/internal/search"
)

// sourceMaxAge is how long results are reused for other scrapes, and sourceTimeout the
// deadline for querying all sources.
const (
	sourceMaxAge  = 5 * time.Second
	sourceTimeout = 1500 * time.Millisecond
)

// Sources are the functions that a scrape calls. Database and Pools must be set; the others
// are nil for parts that are not used.
type Sources struct {
	// Database and Queue return an error if the part does not respond.
	Database, Queue func(ctx context.Context) error
	// Cache reports whether the cache responds.
	Cache func() bool
	// Refused reports for each part in use, by its name, whether it refuses the service until an operator changes something.
	Refused map[string]func() bool
	// TaskCounts counts the search tasks by state.
	TaskCounts func(ctx context.Context) (map[search.Status]int, error)
	// OldestWaiting returns when the oldest waiting search task was created, or zero. It is
	// set where TaskCounts is.
	OldestWaiting func(ctx context.Context) (time.Time, error)
	// Pools returns the state of the connection pools, without I/O.
	Pools func() []Pool
}

// Pool is the state of a connection pool. Waits and Waited count since the start.
type Pool struct {
	Name             string
	Max, Open, InUse int
	Waits            int64
	Waited           time.Duration
}

// sourceState is the result of querying the sources. tasks is nil where it is not known.
type sourceState struct {
	up     map[string]bool
	tasks  map[search.Status]int
	oldest time.Time
}

// sourceCache caches the last result, so that several scrapers cause no more queries than one.
type sourceCache struct {
	mu      sync.Mutex
	sources *Sources
	readAt  time.Time
	last    sourceState
}

func (c *sourceCache) read(sources *Sources) sourceState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sources != sources || time.Since(c.readAt) >= sourceMaxAge {
		c.last, c.sources, c.readAt = sources.query(), sources, time.Now()
	}
	return c.last
}

// query calls all sources concurrently. Parts that don't respond within sourceTimeout are
// down, or their state is unknown. A nil *Sources is that of a server that still starts.
func (s *Sources) query() sourceState {
	up := map[string]bool{"database": false}
	if s == nil {
		return sourceState{up: up}
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
