package auth

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"golang.org/x/text/unicode/norm"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/ratelimit"
)

func (a *app) register(w http.ResponseWriter, r *http.Request) (err error) {
	if observe := a.options.Hooks.RegistrationEnded; observe != nil {
		defer func() { observe(err) }()
	}
	body, err := httpkit.Decode[Credentials](r)
	if err != nil {
		return err
	}
	networks := ratelimit.NetworkKeys(httpkit.InfoFrom(r.Context()).Client)
	if decision := a.guesses.takeNetworks(r.Context(), networks); !decision.OK {
		return withGuessDetails(errs.ErrRequestLimit.After(decision.Wait))
	}
	err = a.service.Register(r.Context(), body.UserName, body.Password)
	if errors.Is(err, errs.ErrBadParameters) {
		// An invalid name or password is not counted, here as in logIn.
		a.guesses.returnNetworks(context.WithoutCancel(r.Context()), networks)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (a *app) logIn(w http.ResponseWriter, r *http.Request) (err error) {
	if observe := a.options.Hooks.LogInEnded; observe != nil {
		defer func() { observe(err) }()
	}
	body, err := httpkit.Decode[Credentials](r)
	if err != nil {
		return err
	}
	client := httpkit.InfoFrom(r.Context()).Client
	attempt, err := a.guesses.begin(r.Context(), attemptOrigin{
		networks: ratelimit.NetworkKeys(client), account: ratelimit.NameKey(norm.NFC.String(body.UserName)),
		owner: a.isOwner(body.UserName, client),
	})
	if err != nil {
		return withGuessDetails(err)
	}
	token, err := a.service.LogIn(r.Context(), body.UserName, body.Password, client.String(), r.UserAgent())
	attempt.end(r.Context(), err)
	if err != nil {
		return err
	}
	return httpkit.Write(w, http.StatusOK, LoggedIn{token.Reveal()})
}

func (a *app) changePassword(w http.ResponseWriter, r *http.Request) error {
	body, err := httpkit.Decode[PasswordChange](r)
	if err != nil {
		return err
	}
	info := httpkit.InfoFrom(r.Context())
	attempt, err := a.guesses.begin(r.Context(), attemptOrigin{
		networks: ratelimit.NetworkKeys(info.Client), account: ratelimit.AccountKey(info.Caller.AccountID),
	})
	if err != nil {
		return withGuessDetails(err)
	}
	ended, err := a.service.ChangePassword(r.Context(), caller(r), body.Password, body.NewPassword)
	attempt.end(r.Context(), err)
	if err != nil {
		return err
	}
	a.cached.end(r.Context(), ended...)
	w.WriteHeader(http.StatusOK)
	return nil
}

// isOwner returns a function that reports whether the account's owner has recently logged
// in from the address. It queries the database on its first call only.
func (a *app) isOwner(name string, address netip.Addr) func(context.Context) bool {
	queried, owner := false, false
	return func(ctx context.Context) bool {
		if !queried {
			var err error
			if owner, err = a.service.HasRecentLogIn(ctx, name, address); err != nil {
				a.log.DebugContext(ctx, "recent log-ins of an account could not be read", "error", err)
			}
			queried = true
		}
		return owner
	}
}

// isGuess reports whether the error is a wrong name or password.
func isGuess(err error) bool {
	return errors.Is(err, errs.ErrAccountNotFound) || errors.Is(err, errs.ErrBadPassword)
}

// withGuessDetails adds to a rate limit error which limit it is: not that of requests.
func withGuessDetails(err error) error {
	if !errs.Is(err, errs.Limited) {
		return err
	}
	return errs.From(err).WithDetails("too many registrations and failed log-ins from this address, or failed log-ins to this account")
}
