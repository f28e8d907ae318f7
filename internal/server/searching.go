package server

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/config"
	"messenger-api/internal/search"
)

// searching is what searches are made, found and looked after with.
type searching struct {
	opened   backends
	settings config.Config
	results  search.Results
	options  search.Options
	log      *slog.Logger
}

func newSearching(cfg config.Config, opened backends, log *slog.Logger) searching {
	s := searching{opened: opened, settings: cfg, results: opened.database, log: log}
	s.options = search.Options{ResultTTL: cfg.Search.ResultTTL, MaxResults: cfg.Search.MaxResults, Hooks: opened.seeing.ofSearch()}
	if cfg.Cache.Type == config.CacheRedis {
		s.results = search.NewCachedResults(opened.caches.shared, cfg.Search.ResultTTL)
	}
	return s
}

func (s searching) service() *search.Service {
	return search.NewService(s.opened.database, s.results, s.opened.queue, s.options, s.log)
}

// beside is what serve does in the background.
func (s searching) beside(ctx context.Context) error {
	if s.settings.SearchesInServe() {
		return s.consume(ctx)
	}
	return s.sweeper().Run(ctx)
}

// consume works on searches until ctx ends, and then finishes those in hand.
func (s searching) consume(ctx context.Context) error {
	indexer := search.NewIndexer(s.opened.database, s.options, s.log)
	consumer := search.NewConsumer(s.opened.database, s.results, s.opened.queue, indexer, s.options, s.log)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return consumer.Run(ctx, s.settings.Queue.Consumers) })
	group.Go(func() error { return s.sweeper().Run(ctx) })
	group.Go(func() error { return indexer.Run(ctx) })
	return group.Wait()
}

// sweeper makes one. The embedded database belongs to one process, so what is
// open at its start is nobody's.
func (s searching) sweeper() *search.Sweeper {
	alone := len(s.settings.Database.Hosts) == 0
	return search.NewSweeper(s.opened.database, s.opened.queue, alone, s.options, s.log)
}
