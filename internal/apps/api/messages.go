package api

import (
	"errors"
	"net/http"
	"net/url"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
)

func (a *app) sendMessage(w http.ResponseWriter, r *http.Request) error {
	chat, err := chatOf(r)
	if err != nil {
		return err
	}
	body, err := httpkit.Decode[MessageCreation](r)
	if err == nil && body.ClientMessageID != nil && *body.ClientMessageID == "" {
		err = errs.ErrBadParameters.WithDetails("client_message_id must not be empty where it is given")
	}
	if err != nil {
		return a.service.ChatErrorOr(r.Context(), chat, err)
	}
	draft := messenger.Draft{ChatID: chat, AccountID: account(r), Text: body.Message}
	// An invalid user_id stays zero, which is no user's id.
	query, _ := url.ParseQuery(r.URL.RawQuery)
	user := query.Get("user_id")
	draft.UserID, _ = messenger.ParseID(user)
	if body.ClientMessageID != nil {
		draft.ClientMessageID = *body.ClientMessageID
	}
	message, err := a.service.Send(r.Context(), draft)
	if user == "" && errors.Is(err, errs.ErrUserNotFound) {
		err = errs.ErrUserNotFound.WithDetails("user_id is missing")
	}
	if err != nil {
		return err
	}
	return httpkit.Write(w, http.StatusCreated, CreatedMessage{message.String()})
}
