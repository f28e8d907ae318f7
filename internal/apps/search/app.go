// Package search is the app that finds messages: start a search, ask how far it
// is, read what it found.
package search

import (
	"context"
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/ratelimit"
	"messenger-api/internal/search"
)

// Name is what the app is called in settings and in the contract.
const Name = "search"

type app struct {
	service *search.Service
	memory  apps.MemoryBudget
	starts  ratelimit.Limiter
}

// New makes the app. starts limits how many searches are started. run is the work in the background that searching needs in
// this process; it returns when its ctx ends.
func New(service *search.Service, memory apps.MemoryBudget, starts ratelimit.Limiter, run func(ctx context.Context) error) apps.App {
	a := &app{service, memory, starts}
	return apps.App{Name: Name, Mount: a.mount, Run: run}
}

func (a *app) mount(r *httpkit.Router) {
	r.Handle(http.MethodPost, "/v1/chats/search", httpkit.Protected, a.start)
	r.Handle(http.MethodGet, "/v1/chats/search/status/{task_id}", httpkit.Protected, a.status)
	r.Handle(http.MethodGet, "/v1/chats/search/{task_id}/messages", httpkit.Protected, a.results)
}

// account is on whose behalf a request is made.
func account(r *http.Request) messenger.ID {
	return messenger.ID(httpkit.InfoFrom(r.Context()).Caller.AccountID)
}

// taskOf reads the task's id in the path; one that can't be read is one that
// does not exist.
func taskOf(r *http.Request) (messenger.ID, error) {
	id, ok := messenger.ParseID(httpkit.Param(r, "task_id"))
	if !ok {
		return id, errs.ErrTaskNotFound
	}
	return id, nil
}

// setNoStore says that nobody may keep the answer: what it tells changes, and is
// the caller's alone.
func setNoStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }
