package redis_test

import (
	"errors"
	"net/url"
	"testing"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
)

func TestWrongPassword(t *testing.T) {
	const right, wrong = "the-right-secret", "the-wrong-secret"
	server := cachetest.StartServer(t, "--requirepass", right)
	for name, choose := range map[string]func(*redis.Options){
		"wrong in the URL":  func(o *redis.Options) { o.URL.User = url.UserPassword("default", wrong) },
		"wrong REDIS_PWD":   func(o *redis.Options) { o.Password = wrong },
		"none":              func(*redis.Options) {},
		"of a user unknown": func(o *redis.Options) { o.URL.User = url.UserPassword("nobody", right) },
	} {
		t.Run(name, func(t *testing.T) {
			c, lines := open(t, server.URL(), patient, choose)
			if err := errorOfGet(t, c); !errors.Is(err, cache.ErrDown) {
				t.Errorf("Get: %v; want ErrDown", err)
			}
			if lines.Has("authentication failed") != 1 {
				t.Errorf("the log does not say once that authentication failed:\n%s", lines)
			}
			if lines.Has(right)+lines.Has(wrong) > 0 {
				t.Errorf("a password is in the log:\n%s", lines)
			}
		})
	}
	for name, choose := range map[string]func(*redis.Options){
		"right in the URL":   func(o *redis.Options) { o.URL.User, o.Password = url.UserPassword("", right), wrong },
		"right with a user":  func(o *redis.Options) { o.URL.User = url.UserPassword("default", right) },
		"right REDIS_PWD":    func(o *redis.Options) { o.Password = right },
		"user and REDIS_PWD": func(o *redis.Options) { o.URL.User, o.Password = url.User("default"), right },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := open(t, server.URL(), patient, choose)
			set(t, c, "key", "value")
		})
	}
}
