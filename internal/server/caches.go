package server

import (
	"errors"
	"log/slog"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/config"
	"messenger-api/internal/pages"
	"messenger-api/internal/ratelimit"
)

// caches are the one that all nodes share and the one in this process's memory.
// near is nil where the memory is all there is.
type caches struct {
	shared, near cache.Cache
	// own is this process's memory, be it shared or near.
	own *memory.Cache
	// limits counts for all nodes; nil where this node counts for itself.
	limits ratelimit.Script
}

func openCaches(cfg config.Config, log *slog.Logger) (caches, error) {
	own, err := memory.Open(memory.Options{MaxBytes: cfg.Cache.MaxBytes})
	if err != nil || cfg.Cache.Type == config.CacheMemory {
		return caches{shared: own, own: own}, err
	}
	shared, err := redis.Open(redis.Options{
		URL: cfg.Cache.URL.Reveal(), Password: cfg.Cache.Password.Reveal(), Settle: pages.Lifetime, Logger: log,
	})
	if err != nil {
		return caches{}, errors.Join(err, own.Close())
	}
	return caches{shared: shared, near: own, own: own, limits: shared.Script(ratelimit.Source).Run}, nil
}

// limiter makes a limiter that all nodes share where they share a cache.
func (c caches) limiter(name string, rate ratelimit.Rate) ratelimit.Limiter {
	memory := ratelimit.NewMemory(rate, time.Now)
	if c.limits == nil {
		return memory
	}
	return ratelimit.NewShared(name, c.limits, memory)
}

func (c caches) close(log *slog.Logger) {
	err := c.shared.Close()
	if c.near != nil {
		err = errors.Join(err, c.near.Close())
	}
	if err != nil {
		log.Error("the caches were not closed well", "error", err)
	}
}
