package api

import (
	"net/http"

	"messenger-api/internal/httpkit"
)

func (a *app) createChat(w http.ResponseWriter, r *http.Request) error {
	body, err := httpkit.Decode[ChatCreation](r)
	if err != nil {
		return err
	}
	chat, err := a.service.CreateChat(r.Context(), account(r), body.ChatName)
	if err != nil {
		return err
	}
	return httpkit.Write(w, http.StatusCreated, CreatedChat{chat.String()})
}

func (a *app) joinChat(w http.ResponseWriter, r *http.Request) error {
	chat, err := chatOf(r)
	if err != nil {
		return err
	}
	body, err := httpkit.Decode[UserCreation](r)
	if err != nil {
		return a.service.ChatErrorOr(r.Context(), chat, err)
	}
	user, err := a.service.JoinChat(r.Context(), account(r), chat, body.UserName)
	if err != nil {
		return err
	}
	return httpkit.Write(w, http.StatusCreated, CreatedUser{user.String()})
}
