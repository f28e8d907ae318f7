package auth

import (
	"context"
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
	turns             *turns
}

// turnMost is how long right log-ins that come all at once wait for each other's end
// instead of being refused.
const turnMost = 5 * time.Second

func newGuesses(options Options) *guesses {
	perMinute := options.LogInsPerMinute
	return &guesses{
		turns:     newTurns(),
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
		returned := g.turns.begin(address)
		decision := g.byAddress.Take(ctx, address)
		if decision.OK {
			break
		}
		if !g.turns.await(ctx, address, returned) {
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
	}
	if decision := g.byName.Take(ctx, name); !decision.OK {
		g.byAddress.Return(ctx, address)
		g.turns.end(address, true)
		return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
	}
	return attempt{g, address, name}, nil
}

// end gives the attempt back unless the error says that it was a wrong guess.
func (a attempt) end(ctx context.Context, err error) {
	guess := isGuess(err)
	if !guess {
		ctx = context.WithoutCancel(ctx)
		a.guesses.byAddress.Return(ctx, a.address)
		a.guesses.byName.Return(ctx, a.name)
	}
	a.guesses.turns.end(a.address, !guess)
}
