package redis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/redis/rueidis"
)

// refusal is an error that Redis answered, and that lasts until somebody does something.
type refusal struct {
	code   string
	advice string
	cause  error
}

// Error says what was refused and what to do.
func (r *refusal) Error() string { return fmt.Sprintf("%v (%s)", r.cause, r.advice) }

// Unwrap gives the answer of Redis.
func (r *refusal) Unwrap() error { return r.cause }

// refusals are the codes of errors that concern not one command but the service as a
// whole, and what to do about each.
var refusals = map[string]string{
	"NOPERM":      "give the user of REDIS_URL the permissions that docs/deploy.md lists, for all keys that begin with REDIS_PREFIX",
	"NOAUTH":      "authentication failed: give REDIS_URL, or REDIS_PWD, the password",
	"WRONGPASS":   "authentication failed: correct user and password in REDIS_URL, or REDIS_PWD",
	"READONLY":    "the server is a replica: point REDIS_URL at the master, or at a Sentinel by redis+sentinel://",
	"MASTERDOWN":  "the server is a replica whose master is down: point REDIS_URL at the master",
	"LOADING":     "it reads its data first: wait",
	"MOVED":       "the server is part of a Redis Cluster: point REDIS_URL at one that is not",
	"CLUSTERDOWN": "the server is part of a Redis Cluster: point REDIS_URL at one that is not",
	"MISCONF":     "it can't write its snapshots and takes no writes: make room on its disk, or set stop-writes-on-bgsave-error to no",
	"NOREPLICAS":  "it takes no writes while its replicas are gone: bring them back, or set min-replicas-to-write to 0",
}

// outOfMemory is what a full Redis answers. It goes on giving what it has, and forgets what it is told to.
const (
	outOfMemory       = "OOM"
	outOfMemoryAdvice = "its memory is full: raise maxmemory, or set maxmemory-policy to allkeys-lru or volatile-lru"
)

// lasting makes a refusal of an error that Redis answered, where it is one.
func lasting(err error) (*refusal, bool) {
	if err == nil || rueidis.IsRedisNil(err) {
		return nil, false
	}
	// While it connects, the client hands on the text alone.
	text := strings.TrimPrefix(err.Error(), "EXECABORT Transaction discarded because of: ")
	code, _, _ := strings.Cut(text, " ")
	advice, ok := refusals[code]
	return &refusal{code, advice, err}, ok
}

// codeOf is that of a refusal, empty for any other error.
func codeOf(err error) string {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return refused.code
	case errors.Is(err, errUnfit):
		return "unfit"
	}
	return ""
}
