package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/config"
	"messenger-api/internal/pages"
	"messenger-api/internal/ratelimit"
)

// caches are what is cached in. With CACHE_TYPE=redis shared is Redis, and local is a cache of
// pages in this process's memory in front of it. With CACHE_TYPE=memory shared is in this
// process's memory, and there is no local one.
type caches struct {
	// shared has what all nodes must agree on: versions, pages, sessions.
	shared cache.Cache
	// local is nil with CACHE_TYPE=memory.
	local cache.Cache
	// memory is the one in this process's memory: local or, where that is nil, shared.
	memory *memory.Cache
	// limits runs rate limits in Redis, shared by all nodes; nil where each node counts by
	// itself.
	limits ratelimit.Script
}

func openCaches(cfg config.Config, log *slog.Logger) (caches, error) {
	local, err := memory.Open(memory.Options{MaxBytes: cfg.Cache.MaxBytes})
	if err != nil || cfg.Cache.Type == config.CacheMemory {
		return caches{shared: local, memory: local}, err
	}
	authorities, err := certificates(cfg.Cache.RootCert)
	if err != nil {
		return caches{}, errors.Join(err, local.Close())
	}
	shared, err := redis.Open(redis.Options{
		URL: cfg.Cache.URL.Reveal(), Sentinels: cfg.Cache.URL.Sentinels, Password: cfg.Cache.Password.Reveal(),
		SentinelPassword: cfg.Cache.SentinelPassword.Reveal(), RootCAs: authorities, Prefix: string(cfg.Cache.Prefix),
		SettleTime: pages.TTL, Logger: log,
	})
	if err != nil {
		return caches{}, errors.Join(err, local.Close())
	}
	return caches{shared: shared, local: local, memory: local, limits: shared.Script(ratelimit.ScriptSource).Run}, nil
}

// certificates reads a file of CA certificates. For an empty path it returns nil, which
// stands for those of the system.
func certificates(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the CA certificates for Redis: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(content)
	return pool, nil
}

// limiter makes a limiter, whose count all nodes share if they share a cache.
func (c caches) limiter(name string, rate ratelimit.Rate) ratelimit.Limiter {
	memory := ratelimit.NewMemory(rate, time.Now)
	if c.limits == nil {
		return memory
	}
	return ratelimit.NewShared(name, c.limits, memory)
}

func (c caches) close(log *slog.Logger) {
	err := c.shared.Close()
	if c.local != nil {
		err = errors.Join(err, c.local.Close())
	}
	if err != nil {
		log.Error("closing the caches failed", "error", err)
	}
}
