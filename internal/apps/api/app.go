// Package api is the app for chats and messages: it creates and joins chats, and sends
// and lists messages. types.gen.go is generated from api/swagger.yml.
package api

import (
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
)

// Name is the app's name in settings and in the contract.
const Name = "api"

type app struct {
	service *messenger.Service
	pages   *pages.Pages
	memory  apps.MemoryBudget
}

// New makes the app. pages may be nil: then every page is read from the database.
func New(service *messenger.Service, pages *pages.Pages, memory apps.MemoryBudget) apps.App {
	a := &app{service, pages, memory}
	return apps.App{Name: Name, Mount: a.mount}
}

func (a *app) mount(r *httpkit.Router) {
	r.Handle(http.MethodPost, "/v1/chats", httpkit.Protected, a.createChat)
	r.Handle(http.MethodPost, "/v1/chats/{chat_id}/users", httpkit.Protected, a.joinChat)
	r.Handle(http.MethodPost, "/v1/chats/{chat_id}/messages", httpkit.Protected, a.sendMessage)
	r.Handle(http.MethodGet, "/v1/chats/{chat_id}/messages", httpkit.Protected, a.listMessages)
}

// account is the account of the caller.
func account(r *http.Request) messenger.ID {
	return messenger.ID(httpkit.InfoFrom(r.Context()).Caller.AccountID)
}

// chatOf parses the chat's id in the path. An invalid id is answered as one that does
// not exist.
func chatOf(r *http.Request) (messenger.ID, error) {
	id, ok := messenger.ParseID(httpkit.Param(r, "chat_id"))
	if !ok {
		return id, errs.ErrChatNotFound
	}
	return id, nil
}
