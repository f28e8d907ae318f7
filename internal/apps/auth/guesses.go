package auth

import (
	"context"
	"sync"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/ratelimit"
)

// perNameFactor makes the limit per account name so much higher than the one
// per address that one address can't lock an account.
const perNameFactor = 10

// guesses limits failed log-ins and registrations. An attempt is counted when
// it begins, so that many at once can't slip through, and given back when it
// turns out to be no guess.
type guesses struct {
	byAddress, byName ratelimit.Limiter

	mu       sync.Mutex
	underway map[ratelimit.Key]int
}

// Right log-ins that come all at once wait for each other's end instead of being
// refused: so often it is looked, and so long at most.
const (
	turnPause = 20 * time.Millisecond
	turnMost  = 5 * time.Second
)

func newGuesses(options Options) *guesses {
	perMinute := options.LogInsPerMinute
	return &guesses{
		underway:  map[ratelimit.Key]int{},
		byAddress: options.NewLimiter("log-ins by address", ratelimit.Rate{Events: perMinute, Period: time.Minute}),
		byName:    options.NewLimiter("log-ins by name", ratelimit.Rate{Events: perNameFactor * perMinute, Period: time.Minute}),
	}
}

// attempt is one log-in under way.
type attempt struct {
	guesses       *guesses
	address, name ratelimit.Key
}

// begin counts an attempt, or refuses it with request-limit-exceeded. While
// others of the address are under way, which may be given back, it waits.
func (g *guesses) begin(ctx context.Context, address, name ratelimit.Key) (attempt, error) {
	ctx, cancel := context.WithTimeout(ctx, turnMost)
	defer cancel()
	for {
		decision := g.byAddress.Take(ctx, address)
		if decision.OK {
			break
		}
		if g.count(address, 0) == 0 || ctx.Err() != nil {
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
		select {
		case <-ctx.Done():
		case <-time.After(turnPause):
		}
	}
	if decision := g.byName.Take(ctx, name); !decision.OK {
		g.byAddress.Return(ctx, address)
		return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
	}
	g.count(address, 1)
	return attempt{g, address, name}, nil
}

// end gives the attempt back unless the error says that it was a wrong guess.
func (a attempt) end(ctx context.Context, err error) {
	if !isGuess(err) {
		ctx = context.WithoutCancel(ctx)
		a.guesses.byAddress.Return(ctx, a.address)
		a.guesses.byName.Return(ctx, a.name)
	}
	a.guesses.count(a.address, -1)
}

// count changes how many attempts of an address are under way here, and returns
// how many there are.
func (g *guesses) count(address ratelimit.Key, change int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	count := g.underway[address] + change
	if count == 0 {
		delete(g.underway, address)
	} else {
		g.underway[address] = count
	}
	return count
}
