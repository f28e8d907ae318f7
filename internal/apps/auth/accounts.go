package auth

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/text/unicode/norm"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/ratelimit"
)

func (a *app) register(w http.ResponseWriter, r *http.Request) (err error) {
	if tell := a.options.Watch.RegistrationEnded; tell != nil {
		defer func() { tell(err) }()
	}
	body, err := httpkit.Decode[Credentials](r)
	if err != nil {
		return err
	}
	address := ratelimit.AddressKey(httpkit.InfoOf(r.Context()).Client)
	if decision := a.guesses.byAddress.Take(r.Context(), address); !decision.OK {
		return overGuesses(errs.ErrRequestLimit.After(decision.Wait))
	}
	err = a.service.Register(r.Context(), body.UserName, body.Password)
	if errors.Is(err, errs.ErrBadParameters) {
		// What can't be registered is no registration, as it is no log-in.
		a.guesses.byAddress.Return(context.WithoutCancel(r.Context()), address)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (a *app) logIn(w http.ResponseWriter, r *http.Request) (err error) {
	if tell := a.options.Watch.LogInEnded; tell != nil {
		defer func() { tell(err) }()
	}
	body, err := httpkit.Decode[Credentials](r)
	if err != nil {
		return err
	}
	client := httpkit.InfoOf(r.Context()).Client
	attempt, err := a.guesses.begin(r.Context(), ratelimit.AddressKey(client), ratelimit.NameKey(norm.NFC.String(body.UserName)))
	if err != nil {
		return overGuesses(err)
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
	info := httpkit.InfoOf(r.Context())
	attempt, err := a.guesses.begin(r.Context(), ratelimit.AddressKey(info.Client), ratelimit.AccountKey(info.Caller.AccountID))
	if err != nil {
		return overGuesses(err)
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

// isGuess tells a wrong name or password from everything else that can fail.
func isGuess(err error) bool {
	return errors.Is(err, errs.ErrAccountNotFound) || errors.Is(err, errs.ErrBadPassword)
}

// overGuesses says of a refusal what is limited: it is not how many requests come.
func overGuesses(err error) error {
	if !errs.Is(err, errs.Limited) {
		return err
	}
	return errs.From(err).WithDetails("too many registrations and failed log-ins from this address, or failed log-ins to this account")
}
