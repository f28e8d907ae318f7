package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/ratelimit"
)

// countingLimiter counts the calls of Take.
type countingLimiter struct {
	ratelimit.Limiter

	takes *atomic.Int64
}

func (c countingLimiter) Take(ctx context.Context, key ratelimit.Key) ratelimit.Decision {
	c.takes.Add(1)
	return c.Limiter.Take(ctx, key)
}

// attempts makes count concurrent attempts that last 10 ms and end with the given error. It
// returns how many were allowed, and how often Take was called.
func attempts(t *testing.T, count, perMinute int, result error) (allowed, takes int64) {
	t.Helper()
	var began, taken atomic.Int64
	guesses := newGuessLimiter(Options{LogInsPerMinute: perMinute, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
		return countingLimiter{ratelimit.NewMemory(rate, time.Now), &taken}
	}})
	var group sync.WaitGroup
	for range count {
		group.Go(func() {
			attempt, err := guesses.begin(t.Context(), attemptOrigin{networks: []ratelimit.Key{ratelimit.NameKey("address")}, account: ratelimit.NameKey("name")})
			if err != nil {
				if !errors.Is(err, errs.ErrRequestLimit) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			began.Add(1)
			time.Sleep(10 * time.Millisecond)
			attempt.end(t.Context(), result)
		})
	}
	group.Wait()
	if left := len(guesses.queues.byAddress); left > 0 {
		t.Errorf("%d queues are left", left)
	}
	return began.Load(), taken.Load()
}

// Concurrent successful log-ins over the limit are queued and all allowed. A waiting one
// calls no limiter.
func TestSuccessfulLogInsAreQueued(t *testing.T) {
	for _, perMinute := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			const count = 100
			allowed, takes := attempts(t, count, perMinute, nil)
			if allowed != count || takes > 4*count {
				t.Errorf("%d of %d were allowed, with %d calls of Take", allowed, count, takes)
			}
		})
	}
}

// Concurrent failed log-ins are allowed up to the limit, and the others are refused without
// waiting any longer than for those.
func TestFailedLogInsAreLimited(t *testing.T) {
	for _, perMinute := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			const count = 100
			allowed, takes := attempts(t, count, perMinute, errs.ErrBadPassword)
			if allowed != int64(perMinute) || takes > 4*count || time.Since(began) > time.Second {
				t.Errorf("%d were allowed, with %d calls of Take, in %v", allowed, takes, time.Since(began))
			}
		})
	}
}

// An attempt is refused after waiting for maxQueueWait; later ones are not affected.
func TestQueuedAttemptTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses := newGuessLimiter(Options{LogInsPerMinute: 1, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
			return ratelimit.NewMemory(rate, time.Now)
		}})
		address, name := ratelimit.NameKey("address"), ratelimit.NameKey("name")
		first, err := guesses.begin(t.Context(), attemptOrigin{networks: []ratelimit.Key{address}, account: name})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := guesses.begin(t.Context(), attemptOrigin{networks: []ratelimit.Key{address}, account: name}); !errors.Is(err, errs.ErrRequestLimit) || time.Since(began) != maxQueueWait {
			t.Errorf("after %v the error is %v", time.Since(began), err)
		}
		first.end(t.Context(), nil)
		again, err := guesses.begin(t.Context(), attemptOrigin{networks: []ratelimit.Key{address}, account: name})
		if err != nil {
			t.Fatal(err)
		}
		again.end(t.Context(), nil)
		if left := len(guesses.queues.byAddress); left > 0 {
			t.Errorf("%d queues are left", left)
		}
	})
}

// An attempt that is refused by the limit of its name is not counted for the address.
func TestRefusedNameIsNotCountedForTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perMinute = 2
		guesses := newGuessLimiter(Options{LogInsPerMinute: perMinute, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
			return ratelimit.NewMemory(rate, time.Now)
		}})
		guess := func(address, name string) error {
			attempt, err := guesses.begin(t.Context(), attemptOrigin{networks: []ratelimit.Key{ratelimit.NameKey(address)}, account: ratelimit.NameKey(name)})
			if err == nil {
				attempt.end(t.Context(), errs.ErrBadPassword)
			}
			return err
		}
		for i := range perNameFactor { // as many as each address is allowed
			for range perMinute {
				if err := guess(fmt.Sprint("address ", i), "victim"); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 10 * perMinute {
			if err := guess("another", "victim"); !errors.Is(err, errs.ErrRequestLimit) {
				t.Fatalf("the name is over its limit, and the error is %v", err)
			}
		}
		for range perMinute {
			if err := guess("another", "someone else"); err != nil {
				t.Errorf("another name is refused: %v", err)
			}
		}
		if left := len(guesses.queues.byAddress); left > 0 {
			t.Errorf("%d queues are left", left)
		}
	})
}

// An attempt that is refused because of a larger network costs the smaller ones nothing.
func TestRefusedNetworkCostsItsPartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perMinute = 2
		guesses := newGuessLimiter(Options{LogInsPerMinute: perMinute, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
			return ratelimit.NewMemory(rate, time.Now)
		}})
		names := 0
		guess := func(address string) error {
			names++
			networks := ratelimit.NetworkKeys(netip.MustParseAddr(address))
			attempt, err := guesses.begin(t.Context(), attemptOrigin{networks: networks, account: ratelimit.NameKey(fmt.Sprint(names))})
			if err == nil {
				attempt.end(t.Context(), errs.ErrBadPassword)
			}
			return err
		}
		for _, address := range []string{"2001:db8:1:1::1", "2001:db8:1:2::1"} { // two /64s use up what their /56 may
			for range perMinute {
				if err := guess(address); err != nil {
					t.Fatal(err)
				}
			}
		}
		const third = "2001:db8:1:3::1"
		for range 10 * perMinute {
			if err := guess(third); !errors.Is(err, errs.ErrRequestLimit) {
				t.Fatalf("the /56 is over its limit, and the error is %v", err)
			}
		}
		time.Sleep(time.Minute / (perMinute * time.Duration(networkFactors[1]))) // of the bubble: the /56 may once more
		if err := guess(third); err != nil {
			t.Errorf("the /64 has paid for what its /56 was refused: %v", err)
		}
	})
}

// The count of a successful log-in is returned even if its request was canceled meanwhile.
func TestSuccessfulLogInOfACanceledRequest(t *testing.T) {
	guesses := newGuessLimiter(Options{LogInsPerMinute: 1, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
		return remoteLimiter{ratelimit.NewMemory(rate, time.Now)}
	}})
	address, name := ratelimit.NameKey("address"), ratelimit.NameKey("name")
	for range 3 * perNameFactor {
		ctx, cancel := context.WithCancel(t.Context())
		attempt, err := guesses.begin(ctx, attemptOrigin{networks: []ratelimit.Key{address}, account: name})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		attempt.end(ctx, nil)
	}
	if left := len(guesses.queues.byAddress); left > 0 {
		t.Errorf("%d queues are left", left)
	}
}

// remoteLimiter does nothing when ctx is canceled, as a limiter over a connection does.
type remoteLimiter struct{ ratelimit.Limiter }

func (c remoteLimiter) Return(ctx context.Context, key ratelimit.Key) {
	if ctx.Err() == nil {
		c.Limiter.Return(ctx, key)
	}
}

// An attempt that is canceled just after it was woken wakes the next one.
func TestCanceledWaiterWakesTheNext(t *testing.T) {
	address := ratelimit.NameKey("address")
	queues := newAttemptQueues()
	enqueue := func() chan struct{} {
		ready, again := queues.enqueue(address, queues.begin(address))
		if ready == nil || again {
			t.Fatal("the attempt does not wait")
		}
		return ready
	}
	queues.begin(address)
	first, second := enqueue(), enqueue()
	queues.end(address, false)
	<-first
	queues.cancel(address, first)
	select {
	case <-second:
	default:
		t.Error("the next attempt was not woken")
	}
	queues.cancel(address, second)
	if left := len(queues.byAddress); left > 0 {
		t.Errorf("%d queues are left", left)
	}
}
