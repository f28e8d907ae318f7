package auth

import (
	"net/http"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
)

func (a *app) logOut(w http.ResponseWriter, r *http.Request) error {
	if err := a.service.LogOut(r.Context(), caller(r)); err != nil {
		return err
	}
	if token, ok := a.token(r); ok {
		a.cached.end(r.Context(), token.Hash())
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (a *app) listSessions(w http.ResponseWriter, r *http.Request) error {
	sessions, err := a.service.Sessions(r.Context(), caller(r))
	if err != nil {
		return err
	}
	list := SessionList{Sessions: make([]Session, len(sessions))}
	for i, session := range sessions {
		list.Sessions[i] = Session{
			ID: session.ID.String(), CreatedAt: httpkit.Time(session.CreatedAt), ExpiresAt: httpkit.Time(session.ExpiresAt),
			Address: session.Address, UserAgent: session.UserAgent, Current: session.ID == caller(r).ID,
		}
	}
	return httpkit.Write(w, http.StatusOK, list)
}

func (a *app) endSession(w http.ResponseWriter, r *http.Request) error {
	session, ok := messenger.ParseID(httpkit.Param(r, "session_id"))
	if !ok {
		return errs.ErrSessionNotFound
	}
	hash, err := a.service.EndSession(r.Context(), caller(r), session)
	if err != nil {
		return err
	}
	a.cached.end(r.Context(), hash)
	w.WriteHeader(http.StatusOK)
	return nil
}
