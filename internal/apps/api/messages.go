package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
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
		return a.service.Refuse(r.Context(), chat, err)
	}
	draft := messenger.Draft{ChatID: chat, AccountID: account(r), Text: body.Message}
	// One that can't be read stays zero, which is nobody's.
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

func (a *app) listMessages(w http.ResponseWriter, r *http.Request) error {
	chat, err := chatOf(r)
	if err != nil {
		return err
	}
	limit, from, err := pageOf(chat, r.URL.RawQuery)
	if err != nil {
		return a.service.Refuse(r.Context(), chat, err)
	}
	place := pages.Place{Chat: chat, Limit: limit, Before: from.Before}
	page, err := a.pages.Read(r.Context(), place, func(ctx context.Context) ([]byte, error) {
		return a.loadPage(ctx, from, limit)
	})
	if err != nil {
		return err
	}
	header, values := w.Header(), []string{"private, no-cache", page.ETag()}
	header["Cache-Control"] = values[:1:1]
	header["Etag"] = values[1:]
	if page.Matches(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	httpkit.WriteBytes(w, http.StatusOK, "application/json", page.Body())
	return nil
}

func (a *app) loadPage(ctx context.Context, from messenger.Cursor, limit int) ([]byte, error) {
	if err := a.loading.Acquire(ctx, int64(limit)); err != nil {
		return nil, errs.ErrServiceUnavailable.WithDetails("too many pages are read at once").After(time.Second).WithCause(err)
	}
	defer a.loading.Release(int64(limit))
	page, err := a.service.Messages(ctx, from, limit)
	if err != nil {
		return nil, err
	}
	return httpkit.Encode(encodePage(page))
}

// pageOf reads which page of a chat is asked for.
func pageOf(chat messenger.ID, rawQuery string) (limit int, from messenger.Cursor, err error) {
	page, err := httpkit.ParsePageQuery(rawQuery, messenger.PageMaxMessages)
	if err != nil || page.From == nil {
		return page.Limit, messenger.FromEnd(chat), err
	}
	from, err = messenger.ParseCursor(chat, *page.From)
	return page.Limit, from, err
}

func encodePage(page messenger.Page) MessagePage {
	encoded := MessagePage{Messages: make([]Message, len(page.Messages)), Next: Next{page.Next.String()}}
	for i := range page.Messages {
		message := &page.Messages[i]
		encoded.Messages[i] = Message{
			Text: message.Text, MessageID: message.ID.String(), Seq: message.Seq,
			UserID: message.UserID.String(), UserName: message.UserName, CreatedAt: httpkit.Time(message.CreatedAt),
		}
		if message.ClientMessageID != "" {
			encoded.Messages[i].ClientMessageID = &message.ClientMessageID
		}
	}
	return encoded
}
