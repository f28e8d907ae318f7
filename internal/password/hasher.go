// Package password hashes and checks passwords with argon2id (RFC 9106). Each hash
// contains its parameters. A limited number of hashes is computed at a time, which
// bounds memory and processor time.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"messenger-api/internal/errs"
)

// Params are the costs of argon2id.
type Params struct {
	// Time is the number of passes.
	Time uint32
	// Memory is in KiB.
	Memory uint32
	// Threads is the degree of parallelism.
	Threads uint8
}

// Recommended are the parameters that OWASP's password storage cheat sheet
// names first: 19 MiB, two passes, one thread; about 22 ms.
var Recommended = Params{Time: 2, Memory: 19 * 1024, Threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32
	// maxWait is how long a caller waits for a slot.
	maxWait = 5 * time.Second
)

// Hasher hashes passwords, a limited number at a time. It is safe for concurrent use.
type Hasher struct {
	params     Params
	slots      chan struct{} // a semaphore
	waiting    atomic.Int64
	maxWaiting int64
	// dummy is checked where there is no usable stored hash, so that the check takes as
	// long as any other.
	dummy hash
}

// NewHasher makes a Hasher that computes up to maxConcurrent hashes at a time, each with
// params.Memory, while up to maxWaiting callers wait.
func NewHasher(params Params, maxConcurrent, maxWaiting int) *Hasher {
	dummy := hash{Params: params, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	rand.Read(dummy.salt) // never fails: the runtime ends the process instead
	rand.Read(dummy.key)
	return &Hasher{params: params, slots: make(chan struct{}, maxConcurrent), maxWaiting: int64(maxWaiting), dummy: dummy}
}

// Hash makes a hash to store. It fails with kind errs.Unavailable when too many callers
// wait, or when it waited for 5 s or until ctx ended.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: the runtime ends the process instead
	key, err := h.derive(ctx, password, hash{Params: h.params, salt: salt, key: make([]byte, keyBytes)})
	if err != nil {
		return "", err
	}
	return hash{Params: h.params, salt: salt, key: key}.String(), nil
}

// Verify reports whether the password is the one that was hashed, and whether the hash
// was made with parameters other than the Hasher's. A stored hash that is empty or not
// argon2id matches no password, and its check takes as long as any other. It fails as
// Hash does.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (matches, outdated bool, err error) {
	want, known := parse(stored)
	if !known {
		want = h.dummy
	}
	key, err := h.derive(ctx, password, want)
	if err != nil {
		return false, false, err
	}
	matches = subtle.ConstantTimeCompare(key, want.key) == 1 && known
	return matches, want.Params != h.params, nil
}

func (h *Hasher) derive(ctx context.Context, password string, with hash) ([]byte, error) {
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), with.salt, with.Time, with.Memory, with.Threads, uint32(len(with.key))), nil
}

// acquire waits for a slot.
func (h *Hasher) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	busy := errs.ErrServiceUnavailable.WithDetails("too many log-ins at once").After(time.Second)
	if h.waiting.Add(1) > h.maxWaiting {
		h.waiting.Add(-1)
		return busy
	}
	defer h.waiting.Add(-1)
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return busy.WithCause(ctx.Err())
	}
}
