package auth

import (
	"context"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/ratelimit"
)

// perNameFactor is the limit per account name divided by the one per address: a single
// address must not be able to lock an account.
const perNameFactor = 10

// networkFactors are the limits of an IPv6 address's /64, /56 and /48 divided by the limit
// per address. They are below perNameFactor, so that no network can lock an account.
var networkFactors = [...]int{1, 2, 4}

// maxQueueWait is how long an attempt over the limit waits for concurrent ones to end
// before it is refused.
const maxQueueWait = 5 * time.Second

// guessLimiter limits failed log-ins and registrations. An attempt is counted when
// it begins, so that concurrent ones can't exceed the limit, and the count is returned
// to the limiters if it was no wrong guess.
type guessLimiter struct {
	byNetwork [len(networkFactors)]ratelimit.Limiter
	byName    ratelimit.Limiter
	// byOwner limits a pair of a name and an address from which the name's owner has
	// recently logged in. It lets the owner log in when others have used up byName or
	// byNetwork.
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

// attemptOrigin has the keys by which an attempt is limited.
type attemptOrigin struct {
	// networks are those of the client's address, the narrowest first.
	networks []ratelimit.Key
	// account is the key of the account or of its name.
	account ratelimit.Key
	// owner reports whether the account's owner has recently logged in from the narrowest
	// network. It is nil where the caller has a session of the account.
	owner func(ctx context.Context) bool
}

// attempt is a log-in, or a password change, that was counted.
type attempt struct {
	guesses *guessLimiter
	origin  attemptOrigin
	asOwner bool // counted by byOwner
}

// begin counts an attempt. Over a limit it waits while other attempts from the address are
// running, since their counts may be returned; otherwise it fails with
// request-limit-exceeded.
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

// takeOwner counts an attempt that the other limiters refuse as the owner's, if it may be.
func (g *guessLimiter) takeOwner(ctx context.Context, origin attemptOrigin) bool {
	return origin.owner != nil && origin.owner(ctx) && g.byOwner.Take(ctx, ratelimit.PairKey(origin.account, origin.networks[0])).OK
}

// takeNetworks counts an attempt for all networks of an address, or if one is over its
// limit, for none.
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

// end ends the attempt, with the error of the log-in. Unless that is a wrong guess, the
// count is returned.
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
