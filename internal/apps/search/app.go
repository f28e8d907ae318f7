// Package search is the app that searches messages: it starts searches, returns their
// status, and lists their results. types.gen.go is generated from api/swagger.yml.
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

// Name is the app's name in settings and in the contract.
const Name = "search"

type app struct {
	service *search.Service
	memory  apps.MemoryBudget
	starts  ratelimit.Limiter
}

// New makes the app. starts limits how often an account may start a search. run does the
// background work of searching in this process, until its ctx ends.
func New(service *search.Service, memory apps.MemoryBudget, starts ratelimit.Limiter, run func(ctx context.Context) error) apps.App {
	a := &app{service, memory, starts}
	return apps.App{Name: Name, Mount: a.mount, Run: run}
}

func (a *app) mount(r *httpkit.Router) {
	r.Handle(http.MethodPost, "/v1/chats/search", httpkit.Protected, a.start)
	r.Handle(http.MethodGet, "/v1/chats/search/status/{task_id}", httpkit.Protected, a.status)
	r.Handle(http.MethodGet, "/v1/chats/search/{task_id}/messages", httpkit.Protected, a.results)
}

// account is the account of the caller.
func account(r *http.Request) messenger.ID {
	return messenger.ID(httpkit.InfoFrom(r.Context()).Caller.AccountID)
}

// taskOf parses the task's id in the path. An invalid id is answered as one that does
// not exist.
func taskOf(r *http.Request) (messenger.ID, error) {
	id, ok := messenger.ParseID(httpkit.Param(r, "task_id"))
	if !ok {
		return id, errs.ErrTaskNotFound
	}
	return id, nil
}

// setNoStore forbids caching the response: it changes, and is private to the caller.
func setNoStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }
