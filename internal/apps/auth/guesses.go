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

// networkFactors make the limits of an IPv6 address's /56 and /48 so much higher than
// that of its /64, and keep them below the one of a name: no network can lock an
// account by itself.
var networkFactors = [...]int{1, 2, 4}

// maxQueueWait is how long right log-ins that come all at once wait for each other's end
// instead of being refused.
const maxQueueWait = 5 * time.Second

// guessLimiter limits failed log-ins and registrations. An attempt is counted when
// it begins, so that many at once can't slip through, and given back when it
// turns out to be no guess.
type guessLimiter struct {
	byNetwork [len(networkFactors)]ratelimit.Limiter
	byName    ratelimit.Limiter
	// byOwner is for one name from an address from which its owner has logged in
	// lately: strangers can't use that up.
	byOwner ratelimit.Limiter
	queues  *attemptQueues
}

func newGuessLimiter(options Options) *guessLimiter {
	perMinute := func(name string, factor int) ratelimit.Limiter {
		return options.NewLimiter(name, ratelimit.Rate{Events: factor * options.LogInsPerMinute, Period: time.Minute})
	}
	g := &guessLimiter{queues: newAttemptQueues(), byName: perMinute("log-ins by name", perNameFactor), byOwner: perMinute("log-ins of owners", 1)}
	for i, name := range [...]string{"log-ins by address", "log-ins by /56", "log-ins by /48"} {
		g.byNetwork[i] = perMinute(name, networkFactors[i])
	}
	return g
}

// attemptOrigin is who makes an attempt.
type attemptOrigin struct {
	// networks are an address's, the narrowest first.
	networks []ratelimit.Key
	// account is the account, or its name.
	account ratelimit.Key
	// owner reports whether the account's owner has logged in lately from the
	// narrowest network; nil where it is the account's own session.
	owner func(ctx context.Context) bool
}

// attempt is one log-in under way.
type attempt struct {
	guesses *guessLimiter
	origin  attemptOrigin
	asOwner bool // it counts as the owner's
}

// begin counts an attempt, or refuses it with request-limit-exceeded. While
// others of the address are under way, which may be given back, it waits.
func (g *guessLimiter) begin(ctx context.Context, origin attemptOrigin) (attempt, error) {
	ctx, cancel := context.WithTimeout(ctx, maxQueueWait)
	defer cancel()
	address := origin.networks[0]
	for {
		returned := g.queues.begin(address)
		decision := g.takeNetworks(ctx, origin.networks)
		if decision.OK {
			if decision = g.byName.Take(ctx, origin.account); decision.OK {
				return attempt{guesses: g, origin: origin}, nil
			}
			g.returnNetworks(ctx, origin.networks)
			g.queues.end(address, true)
			if g.takeOwner(ctx, origin) {
				return attempt{guesses: g, origin: origin, asOwner: true}, nil
			}
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
		if g.takeOwner(ctx, origin) {
			g.queues.end(address, false)
			return attempt{guesses: g, origin: origin, asOwner: true}, nil
		}
		if !g.queues.waitToRetry(ctx, address, returned) {
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
	}
}

// takeOwner counts an attempt that is refused otherwise, where it may be the owner's.
func (g *guessLimiter) takeOwner(ctx context.Context, origin attemptOrigin) bool {
	return origin.owner != nil && origin.owner(ctx) && g.byOwner.Take(ctx, ratelimit.PairKey(origin.account, origin.networks[0])).OK
}

// takeNetworks counts an attempt of all networks of an address, or of none.
func (g *guessLimiter) takeNetworks(ctx context.Context, networks []ratelimit.Key) ratelimit.Decision {
	var decision ratelimit.Decision
	for i, network := range networks {
		if decision = g.byNetwork[i].Take(ctx, network); !decision.OK {
			g.returnNetworks(ctx, networks[:i])
			break
		}
	}
	return decision
}

func (g *guessLimiter) returnNetworks(ctx context.Context, networks []ratelimit.Key) {
	for i, network := range networks {
		g.byNetwork[i].Return(ctx, network)
	}
}

// end gives the attempt back unless the error says that it was a wrong guess.
func (a attempt) end(ctx context.Context, err error) {
	guess := isGuess(err)
	ctx = context.WithoutCancel(ctx)
	switch {
	case a.asOwner && !guess:
		a.guesses.byOwner.Return(ctx, ratelimit.PairKey(a.origin.account, a.origin.networks[0]))
	case a.asOwner:
	case !guess:
		a.guesses.returnNetworks(ctx, a.origin.networks)
		a.guesses.byName.Return(ctx, a.origin.account)
	}
	if !a.asOwner {
		a.guesses.queues.end(a.origin.networks[0], !guess)
	}
}
