package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/config"
	"messenger-api/internal/search"
)

// searchParts has what the search service, the consumer and the sweeper are built from.
type searchParts struct {
	opened   backends
	settings config.Config
	results  search.Results
	options  search.Options
	log      *slog.Logger
}

// requestCount counts the requests that this process has served, for the Indexer.
type requestCount struct{ atomic.Int64 }

func (c *requestCount) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.Add(1)
		next.ServeHTTP(w, r)
	})
}

func newSearchParts(cfg config.Config, opened backends, log *slog.Logger) searchParts {
	s := searchParts{opened: opened, settings: cfg, results: opened.database, log: log}
	s.options = search.Options{ResultTTL: cfg.Search.ResultTTL, MaxResults: cfg.Search.MaxResults, Hooks: opened.telemetry.searchHooks()}
	if cfg.Cache.Type == config.CacheRedis {
		s.results = search.NewCachedResults(opened.caches.shared, cfg.Search.ResultTTL)
	}
	return s
}

func (s searchParts) service() *search.Service {
	return search.NewService(s.opened.database, s.results, s.opened.queue, s.options, s.log)
}

// background is the background work of searching in the command serve.
func (s searchParts) background(ctx context.Context) error {
	if s.settings.SearchesInServe() {
		return s.consume(ctx)
	}
	return s.sweeper().Run(ctx)
}

// consume executes searches until ctx ends, and then finishes the running ones.
func (s searchParts) consume(ctx context.Context) error {
	indexer := search.NewIndexer(s.opened.database, s.options, s.log)
	consumer := search.NewConsumer(s.opened.database, s.results, s.opened.queue, indexer, s.options, s.log)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return consumer.Run(ctx, s.settings.Queue.Consumers) })
	group.Go(func() error { return s.sweeper().Run(ctx) })
	group.Go(func() error { return indexer.Run(ctx) })
	return group.Wait()
}

// sweeper makes a sweeper. With the embedded database there is a single process, so at its
// start no other one is executing the open tasks.
func (s searchParts) sweeper() *search.Sweeper {
	singleProcess := len(s.settings.Database.Hosts) == 0
	return search.NewSweeper(s.opened.database, s.opened.queue, singleProcess, s.options, s.log)
}
