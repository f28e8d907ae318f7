package server

import (
	"log/slog"
	"slices"
	"time"

	document "messenger-api/api"
	"messenger-api/internal/apps"
	"messenger-api/internal/apps/api"
	"messenger-api/internal/apps/auth"
	"messenger-api/internal/apps/docs"
	"messenger-api/internal/apps/metrics"
	searchapp "messenger-api/internal/apps/search"
	"messenger-api/internal/apps/throttling"
	"messenger-api/internal/cache"
	"messenger-api/internal/config"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
	"messenger-api/internal/ratelimit"
)

// healthTag is the contract's tag of the operations that belong to no app.
const healthTag = "health"

// cacheName is the name of an app without code: without it nothing is cached.
const cacheName = "cache"

// parts are what apps are built from. requests is nil if the app throttling is off, and
// cache and pages are nil if the app cache is off.
type parts struct {
	cfg      config.Config
	log      *slog.Logger
	opened   backends
	service  *messenger.Service
	cache    cache.Cache
	pages    *pages.Pages
	requests ratelimit.Limiter
	document []byte
	memory   apps.MemoryBudget
}

// entry is an app that can be switched on.
type entry struct {
	name string
	// needs are the apps that it requires. AUTH_DISABLED satisfies auth.
	needs []string
	build func(parts) apps.App
}

// catalogue is the list of all apps in order: the middleware of the first is outermost.
func catalogue() []entry {
	return []entry{
		{cacheName, nil, func(parts) apps.App { return apps.App{Name: cacheName} }},
		{auth.Name, nil, func(p parts) apps.App {
			return auth.New(p.service, auth.Options{
				Header: string(p.cfg.Sessions.Header), Scheme: string(p.cfg.Sessions.Scheme),
				LogInsPerMinute: p.cfg.Limits.LoginsPerMinute, NewLimiter: p.opened.caches.limiter, Requests: p.requests, Cache: p.cache,
				Hooks: p.opened.telemetry.authHooks(),
			}, p.log)
		}},
		{throttling.Name, nil, func(p parts) apps.App { return throttling.New(p.requests, p.opened.telemetry.onThrottled()) }},
		{api.Name, []string{auth.Name}, func(p parts) apps.App { return api.New(p.service, p.pages, p.memory) }},
		{searchapp.Name, []string{auth.Name}, func(p parts) apps.App {
			searches, requests := newSearchParts(p.cfg, p.opened, p.log), &requestCount{}
			searches.options.Requests = requests.Load
			app := searchapp.New(searches.service(), p.memory, p.opened.caches.limiter("searches",
				ratelimit.Rate{Events: p.cfg.Limits.SearchesPerMinute, Period: time.Minute}), searches.background)
			app.Middleware = requests.middleware
			return app
		}},
		{docs.Name, nil, func(p parts) apps.App { return docs.New(p.document) }},
		{metrics.Name, nil, func(p parts) apps.App { return p.opened.telemetry.app() }},
	}
}

func names(entries []entry) []string {
	var all []string
	for _, entry := range entries {
		all = append(all, entry.name)
	}
	return all
}

// selectApps returns the apps that are on. It fails with config.Faults if one that another
// needs is off.
func selectApps(all []entry, cfg config.Config) ([]entry, error) {
	on := cfg.AppsOn(names(all))
	var chosen []entry
	var faults config.Faults
	for _, entry := range all {
		if !slices.Contains(on, entry.name) {
			continue
		}
		chosen = append(chosen, entry)
		for _, need := range entry.needs {
			met := slices.Contains(on, need) || need == auth.Name && bool(cfg.Apps.AuthDisabled)
			if !met {
				faults = append(faults, config.Fault{Setting: "APPS", Problem: entry.name + " needs " + need})
			}
		}
	}
	if faults != nil {
		return nil, faults
	}
	return chosen, nil
}

// build builds the apps that are on with open backends.
func build(on []entry, cfg config.Config, opened backends, log *slog.Logger) ([]apps.App, error) {
	caches := opened.caches
	p := parts{cfg: cfg, log: log, opened: opened, memory: apps.NewMemoryBudget()}
	if slices.Contains(names(on), cacheName) {
		p.cache, p.pages = caches.shared, pages.New(caches.shared, caches.local)
	}
	opened.telemetry.observePages(p.pages)
	p.service = newService(cfg, opened, p.pages, log)
	if slices.Contains(names(on), throttling.Name) {
		p.requests = caches.limiter("requests", ratelimit.Rate{Events: cfg.Limits.RequestsPerSecond, Period: time.Second})
	}
	var err error
	p.document, err = document.Document(document.Options{
		Tags: append(names(on), healthTag), AuthHeader: string(cfg.Sessions.Header), AuthScheme: string(cfg.Sessions.Scheme),
	})
	if err != nil {
		return nil, err
	}
	var built []apps.App
	for _, entry := range on {
		built = append(built, entry.build(p))
	}
	return built, nil
}
