package auth

import (
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
	byAddress, byName *ratelimit.Limiter
}

func newGuesses(perMinute int) guesses {
	return guesses{
		byAddress: ratelimit.New(perMinute, time.Minute, time.Now),
		byName:    ratelimit.New(perNameFactor*perMinute, time.Minute, time.Now),
	}
}

// attempt is one log-in under way.
type attempt struct {
	guesses       guesses
	address, name ratelimit.Key
}

// begin counts an attempt, or refuses it with request-limit-exceeded.
func (g guesses) begin(address, name ratelimit.Key) (attempt, error) {
	if wait, ok := g.byAddress.Take(address); !ok {
		return attempt{}, errs.ErrRequestLimit.After(wait)
	}
	if wait, ok := g.byName.Take(name); !ok {
		g.byAddress.Return(address)
		return attempt{}, errs.ErrRequestLimit.After(wait)
	}
	return attempt{g, address, name}, nil
}

// end gives the attempt back unless the error says that it was a wrong guess.
func (a attempt) end(err error) {
	if isGuess(err) {
		return
	}
	a.guesses.byAddress.Return(a.address)
	a.guesses.byName.Return(a.name)
}
