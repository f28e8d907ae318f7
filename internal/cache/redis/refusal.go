package redis

import (
	"errors"
	"strings"

	"github.com/redis/rueidis"

	"messenger-api/internal/outage"
)

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

// unfitAdvice is what to do about a server that can be reached, but will never do.
const unfitAdvice = "have REDIS_URL lead to another server"

// certificateAdvice is what to do about a certificate that is not trusted.
const certificateAdvice = "have REDIS_SSLROOTCERT name the file of the authority that signed the server's certificate, and REDIS_URL the host that stands in it"

// lasting makes a refusal of an error that lasts until somebody does something, where it is one.
func lasting(err error) (*outage.Refusal, bool) {
	if err == nil || rueidis.IsRedisNil(err) {
		return nil, false
	}
	if refusal, ok := outage.Certificate(err, certificateAdvice); ok {
		return refusal, true
	}
	if errors.Is(err, errUnfit) {
		return &outage.Refusal{Code: "unfit", Advice: unfitAdvice, Cause: err}, true
	}
	// While it connects, the client hands on the text alone.
	text := strings.TrimPrefix(err.Error(), "EXECABORT Transaction discarded because of: ")
	code, _, _ := strings.Cut(text, " ")
	advice, ok := refusals[code]
	return &outage.Refusal{Code: code, Advice: advice, Cause: err}, ok
}
