package redis_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// documented are the permissions that docs/deploy.md lists.
var documented = []string{
	"+ping", "+select", "+client|tracking", "+client|caching", "+multi", "+exec", "+pttl", "+get", "+mget", "+set", "+del",
	"+eval", "+evalsha", "+time",
}

// startWithUser starts a server with the user messenger with these permissions and no other user.
func startWithUser(t testing.TB, rights ...string) (*cachetest.Server, *url.URL) {
	t.Helper()
	arguments := append([]string{"--user", "messenger", "on", ">secret"}, rights...)
	server := cachetest.StartServer(t, append(arguments, "--user", "admin", "on", ">admin", "~*", "&*", "+@all", "--user", "default", "off")...)
	address := server.URL()
	address.User = url.UserPassword("messenger", "secret")
	return server, address
}

func TestSuiteWithTheDocumentedPermissions(t *testing.T) {
	_, address := startWithUser(t, append([]string{"~messenger:*"}, documented...)...)
	cachetest.Run(t, func(t testing.TB) cache.Cache {
		c, _ := open(t, address, patient, func(o *redis.Options) { o.Prefix = "messenger:" })
		if _, err := c.Script(gcra).Run(t.Context(), []string{"limit"}, []string{"10"}); err != nil {
			t.Errorf("a script: %v", err)
		}
		return c
	})
}

func TestPrefixKeepsServicesApart(t *testing.T) {
	server := cachetest.StartServer(t)
	one, _ := open(t, server.URL(), patient, func(o *redis.Options) { o.Prefix = "one:" })
	other, _ := open(t, server.URL(), patient, func(o *redis.Options) { o.Prefix = "other:" })
	set(t, one, "key", "value")
	if _, found, err := other.Get(t.Context(), "key"); found || err != nil {
		t.Errorf("the other service finds it: %v, %v", found, err)
	}
	if got := dial(t, server).ask("EXISTS one:key"); got != ":1" {
		t.Errorf("EXISTS one:key = %s", got)
	}
}

// Each lacking permission is noticed when connecting, said once with what to do, and no
// call waits for Redis then.
func TestLackingPermissions(t *testing.T) {
	for lacking := range documented {
		if documented[lacking] == "+time" {
			continue // of the script alone, and noticed by it
		}
		t.Run(documented[lacking], func(t *testing.T) {
			var rights []string
			for i, right := range documented {
				if i != lacking {
					rights = append(rights, right)
				}
			}
			_, address := startWithUser(t, append([]string{"~*"}, rights...)...)
			if documented[lacking] == "+select" {
				address.Path = "/1"
			}
			c, lines := open(t, address, patient)
			if err := errorOfGet(t, c); !errors.Is(err, cache.ErrDown) {
				t.Errorf("Get: %v; want ErrDown", err)
			}
			if lines.Has("NOPERM") != 1 || lines.Has("docs/deploy.md") != 1 || lines.Has("level=ERROR") != 1 {
				t.Errorf("the log does not say once what to do:\n%s", lines)
			}
		})
	}
}

func TestKeysOfOthers(t *testing.T) {
	_, address := startWithUser(t, append([]string{"~messenger*"}, documented...)...)
	c, lines := open(t, address, patient)
	if err := c.Set(t.Context(), "key", nil, time.Hour); !errors.Is(err, cache.ErrDown) {
		t.Errorf("Set: %v; want ErrDown", err)
	}
	if lines.Has("NOPERM") != 1 || lines.Has("REDIS_PREFIX") != 1 {
		t.Errorf("the log does not say once what to do:\n%s", lines)
	}
}

// What is taken away, or given back, while the service runs is noticed, too.
func TestPermissionsChange(t *testing.T) {
	server, address := startWithUser(t, append([]string{"~*"}, documented...)...)
	c, lines := open(t, address, hasty)
	set(t, c, "key", "value")
	admin := dial(t, server)
	admin.ask("AUTH admin admin")
	admin.ask("ACL SETUSER messenger -set")
	if err := c.Set(t.Context(), "key", nil, time.Hour); !errors.Is(err, cache.ErrDown) {
		t.Errorf("Set: %v; want ErrDown", err)
	}
	awaitDown(t, c)
	await.Until(t, "the log says what to do", func() bool { return lines.Has("docs/deploy.md") > 0 })
	await.Until(t, "it counts as refused", c.Refused)
	admin.ask("ACL SETUSER messenger +set")
	awaitUp(t, c)
	if c.Refused() {
		t.Error("it counts as refused when it is in use")
	}
}

func TestDemotedServer(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), hasty)
	dial(t, server).ask("REPLICAOF 127.0.0.1 1")
	await.Until(t, "the breaker opens", func() bool {
		return errors.Is(c.Set(t.Context(), "key", nil, time.Hour), cache.ErrDown)
	})
	await.Until(t, "the log says what to do", func() bool { return lines.Has("redis+sentinel://") > 0 && lines.Has("level=ERROR") > 0 })
}

func TestFullServer(t *testing.T) {
	server := cachetest.StartServer(t, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	c, lines := open(t, server.URL(), patient)
	for range 3 {
		if err := c.Set(t.Context(), "key", nil, time.Hour); err == nil || errors.Is(err, cache.ErrDown) || errors.Is(err, cache.ErrSlow) {
			t.Errorf("Set: %v; want what Redis answers", err)
		}
	}
	if err := c.Delete(t.Context(), "key"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if lines.Has("keeps nothing new") != 1 || lines.Has("raise maxmemory") != 1 || !c.Refused() {
		t.Errorf("the log does not say once what to do:\n%s", lines)
	}
}
