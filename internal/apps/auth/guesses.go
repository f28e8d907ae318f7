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

// turnMost is how long right log-ins that come all at once wait for each other's end
// instead of being refused.
const turnMost = 5 * time.Second

// guesses limits failed log-ins and registrations. An attempt is counted when
// it begins, so that many at once can't slip through, and given back when it
// turns out to be no guess.
type guesses struct {
	byNetwork [len(networkFactors)]ratelimit.Limiter
	byName    ratelimit.Limiter
	// byOwner is for one name from an address from which its owner has logged in
	// lately: strangers can't use that up.
	byOwner ratelimit.Limiter
	turns   *turns
}

func newGuesses(options Options) *guesses {
	perMinute := func(name string, factor int) ratelimit.Limiter {
		return options.NewLimiter(name, ratelimit.Rate{Events: factor * options.LogInsPerMinute, Period: time.Minute})
	}
	g := &guesses{turns: newTurns(), byName: perMinute("log-ins by name", perNameFactor), byOwner: perMinute("log-ins of owners", 1)}
	for i, name := range [...]string{"log-ins by address", "log-ins by /56", "log-ins by /48"} {
		g.byNetwork[i] = perMinute(name, networkFactors[i])
	}
	return g
}

// guesser is who makes an attempt.
type guesser struct {
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
	guesses *guesses
	by      guesser
	owners  bool // it counts as the owner's
}

// begin counts an attempt, or refuses it with request-limit-exceeded. While
// others of the address are under way, which may be given back, it waits.
func (g *guesses) begin(ctx context.Context, by guesser) (attempt, error) {
	ctx, cancel := context.WithTimeout(ctx, turnMost)
	defer cancel()
	address := by.networks[0]
	for {
		returned := g.turns.begin(address)
		decision := g.takeNetworks(ctx, by.networks)
		if decision.OK {
			if decision = g.byName.Take(ctx, by.account); decision.OK {
				return attempt{guesses: g, by: by}, nil
			}
			g.returnNetworks(ctx, by.networks)
			g.turns.end(address, true)
			if g.takeOwners(ctx, by) {
				return attempt{guesses: g, by: by, owners: true}, nil
			}
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
		if g.takeOwners(ctx, by) {
			g.turns.end(address, false)
			return attempt{guesses: g, by: by, owners: true}, nil
		}
		if !g.turns.await(ctx, address, returned) {
			return attempt{}, errs.ErrRequestLimit.After(decision.Wait)
		}
	}
}

// takeOwners counts an attempt that is refused otherwise, where it may be the owner's.
func (g *guesses) takeOwners(ctx context.Context, by guesser) bool {
	return by.owner != nil && by.owner(ctx) && g.byOwner.Take(ctx, ratelimit.PairKey(by.account, by.networks[0])).OK
}

// takeNetworks counts an attempt of all networks of an address, or of none.
func (g *guesses) takeNetworks(ctx context.Context, networks []ratelimit.Key) ratelimit.Decision {
	var decision ratelimit.Decision
	for i, network := range networks {
		if decision = g.byNetwork[i].Take(ctx, network); !decision.OK {
			g.returnNetworks(ctx, networks[:i])
			break
		}
	}
	return decision
}

func (g *guesses) returnNetworks(ctx context.Context, networks []ratelimit.Key) {
	for i, network := range networks {
		g.byNetwork[i].Return(ctx, network)
	}
}

// end gives the attempt back unless the error says that it was a wrong guess.
func (a attempt) end(ctx context.Context, err error) {
	guess := isGuess(err)
	ctx = context.WithoutCancel(ctx)
	switch {
	case a.owners && !guess:
		a.guesses.byOwner.Return(ctx, ratelimit.PairKey(a.by.account, a.by.networks[0]))
	case a.owners:
	case !guess:
		a.guesses.returnNetworks(ctx, a.by.networks)
		a.guesses.byName.Return(ctx, a.by.account)
	}
	if !a.owners {
		a.guesses.turns.end(a.by.networks[0], !guess)
	}
}
