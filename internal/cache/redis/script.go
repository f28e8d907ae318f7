package redis

import (
	"context"

	"github.com/redis/rueidis"
)

// Script is a Lua script that runs in Redis, over the connection of its Cache and
// with its limit for reads. Safe for concurrent use.
type Script struct {
	cache *Cache
	lua   *rueidis.Lua
}

// Script makes a Script of the Lua source, which has to return an array of
// integers. Nothing is sent before it runs.
func (c *Cache) Script(source string) *Script {
	return &Script{cache: c, lua: rueidis.NewLuaScript(source)}
}

// Run runs the script in one round trip; in two where Redis does not know it yet,
// such as after a restart. It fails as the reads of the Cache do; after ErrSlow
// the script may still run.
func (s *Script) Run(ctx context.Context, keys, args []string) ([]int64, error) {
	answer, err := s.cache.read(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return s.lua.Exec(ctx, client, s.cache.keys(keys), args)
	})
	if err != nil {
		return nil, err
	}
	return answer.AsIntSlice()
}
