package redis

import (
	"context"

	"github.com/redis/rueidis"
)

// Script is a Lua script that runs in Redis, over the connection of its Cache and
// with its timeout for reads. It is safe for concurrent use.
type Script struct {
	cache *Cache
	lua   *rueidis.Lua
}

// Script makes a Script from Lua source, which must return an array of integers. It
// sends nothing.
func (c *Cache) Script(source string) *Script {
	return &Script{cache: c, lua: rueidis.NewLuaScript(source)}
}

// Run runs the script in one round trip, or in two if Redis does not have it yet, as after
// a restart. It returns the errors of a Cache's reads; after ErrSlow the script may still
// run.
func (s *Script) Run(ctx context.Context, keys, args []string) ([]int64, error) {
	answer, err := s.cache.read(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return s.lua.Exec(ctx, client, s.cache.keys(keys), args)
	})
	if err != nil {
		return nil, err
	}
	return answer.AsIntSlice()
}
