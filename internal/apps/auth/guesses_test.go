package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/ratelimit"
)

// counted counts what is asked of a limiter.
type counted struct {
	ratelimit.Limiter

	asked *atomic.Int64
}

func (c counted) Take(ctx context.Context, key ratelimit.Key) ratelimit.Decision {
	c.asked.Add(1)
	return c.Limiter.Take(ctx, key)
}

// attempts makes so many at once, each of which lasts a while and comes to the same,
// and returns how many were let through, and how often the limiters were asked.
func attempts(t *testing.T, count, perMinute int, outcome error) (allowed, asked int64) {
	t.Helper()
	var began, takes atomic.Int64
	guesses := newGuessLimiter(Options{LogInsPerMinute: perMinute, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
		return counted{ratelimit.NewMemory(rate, time.Now), &takes}
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
			attempt.end(t.Context(), outcome)
		})
	}
	group.Wait()
	if left := len(guesses.queues.byAddress); left > 0 {
		t.Errorf("%d addresses are remembered", left)
	}
	return began.Load(), takes.Load()
}

// Right log-ins take turns, and whoever waits asks nobody meanwhile.
func TestRightLogInsAreQueued(t *testing.T) {
	for _, perMinute := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			const count = 100
			allowed, asked := attempts(t, count, perMinute, nil)
			if allowed != count || asked > 4*count {
				t.Errorf("%d of %d were allowed, and the limiters asked %d times", allowed, count, asked)
			}
		})
	}
}

// Wrong ones are not let through by it, and nobody waits in vain.
func TestWrongLogInsAreLimited(t *testing.T) {
	for _, perMinute := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			const count = 100
			allowed, asked := attempts(t, count, perMinute, errs.ErrBadPassword)
			if allowed != int64(perMinute) || asked > 4*count || time.Since(began) > time.Second {
				t.Errorf("%d were allowed, the limiters asked %d times, in %v", allowed, asked, time.Since(began))
			}
		})
	}
}

// Who waits too long is refused, and the others go on.
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
			t.Errorf("%d addresses are remembered", left)
		}
	})
}

// An attempt that is refused because of its name costs the address none of its own.
func TestRefusedNameCostsTheAddressNothing(t *testing.T) {
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
		for i := range perNameFactor { // from addresses that have each used up what they may
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
				t.Errorf("the address is refused another name: %v", err)
			}
		}
		if left := len(guesses.queues.byAddress); left > 0 {
			t.Errorf("%d addresses are remembered", left)
		}
	})
}

// A right log-in costs nothing, also where its caller has left by the time that it ends.
func TestRightLogInOfACallerWhoLeft(t *testing.T) {
	guesses := newGuessLimiter(Options{LogInsPerMinute: 1, NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter {
		return connectedLimiter{ratelimit.NewMemory(rate, time.Now)}
	}})
	address, name := ratelimit.NameKey("address"), ratelimit.NameKey("name")
	for range 3 * perNameFactor {
		ctx, leave := context.WithCancel(t.Context())
		attempt, err := guesses.begin(ctx, attemptOrigin{networks: []ratelimit.Key{address}, account: name})
		if err != nil {
			t.Fatal(err)
		}
		leave()
		attempt.end(ctx, nil)
	}
	if left := len(guesses.queues.byAddress); left > 0 {
		t.Errorf("%d addresses are remembered", left)
	}
}

// connectedLimiter is a limiter that, as one over a connection, does nothing for who has left.
type connectedLimiter struct{ ratelimit.Limiter }

func (c connectedLimiter) Return(ctx context.Context, key ratelimit.Key) {
	if ctx.Err() == nil {
		c.Limiter.Return(ctx, key)
	}
}

// Who leaves in the moment in which it is its turn passes that on.
func TestCanceledWaiterWakesTheNext(t *testing.T) {
	address := ratelimit.NameKey("address")
	queues := newAttemptQueues()
	enqueue := func() chan struct{} {
		ready, again := queues.enqueue(address, queues.begin(address))
		if ready == nil || again {
			t.Fatal("it need not wait")
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
		t.Error("nobody is woken")
	}
	queues.cancel(address, second)
	if left := len(queues.byAddress); left > 0 {
		t.Errorf("%d addresses are remembered", left)
	}
}
