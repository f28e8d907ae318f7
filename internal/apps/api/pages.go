package api

import (
	"context"
	"errors"
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
)

// errPageTooLarge is returned for a page that must be written in chunks. It is not sent.
var errPageTooLarge = errors.New("the page is too large to be cached")

func (a *app) listMessages(w http.ResponseWriter, r *http.Request) error {
	chat, err := chatOf(r)
	if err != nil {
		return err
	}
	limit, from, err := pageOf(chat, r.URL.RawQuery)
	if err != nil {
		return a.service.ChatErrorOr(r.Context(), chat, err)
	}
	lease := a.memory.Lease(httpkit.InfoFrom(r.Context()))
	defer lease.Release()
	page, err := a.page(r.Context(), &lease, from, limit)
	if errors.Is(err, errPageTooLarge) {
		return a.writeChunks(w, r, &lease, from, limit)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", page.ETag())
	if page.Matches(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	httpkit.WriteBytes(w, http.StatusOK, "application/json", page.Body())
	return nil
}

// page returns a page, cached or loaded, with its length acquired from the budget. A reader
// that must wait for that keeps no page meanwhile, and looks it up again. Each reader acquires the
// bytes for loading although several may share one load. They count until the load ends, also where
// the reader has left before.
func (a *app) page(ctx context.Context, lease *apps.MemoryLease, from messenger.Cursor, limit int) (pages.Page, error) {
	key := pages.Key{Chat: from.ChatID, Limit: limit, Before: from.Before}
	page, missing := a.pages.Find(ctx, key)
	if page != nil && !lease.Grow(len(page)) {
		if err := lease.Acquire(ctx, len(page)); err != nil {
			return nil, err
		}
		page, missing = a.pages.Find(ctx, key)
	}
	if page != nil && lease.Grow(len(page)) {
		lease.Shrink(len(page))
		return page, nil
	}
	if err := lease.Acquire(ctx, apps.PageLoadBytes); err != nil {
		return nil, err
	}
	if page == nil {
		var err error
		load := func(ctx context.Context) ([]byte, error) { return a.loadPage(ctx, from, limit) }
		if page, err = missing.Load(ctx, load, lease.Detach); err != nil {
			lease.Shrink(0)
			return nil, err
		}
	}
	lease.Shrink(len(page))
	return page, nil
}

func (a *app) loadPage(ctx context.Context, from messenger.Cursor, limit int) ([]byte, error) {
	page, err := a.service.Messages(ctx, from, limit, pages.MaxBytes)
	if err != nil {
		return nil, err
	}
	if page.Truncated || encodedBytes(page) > pages.MaxBytes {
		return nil, errPageTooLarge
	}
	return httpkit.Encode(encodePage(page))
}

// writeChunks responds with a page that is read and written in chunks. While a chunk is
// written to a slow client, no database connection is in use.
func (a *app) writeChunks(w http.ResponseWriter, r *http.Request, lease *apps.MemoryLease, from messenger.Cursor, limit int) error {
	w.Header().Set("Cache-Control", "private, no-cache")
	return httpkit.WriteChunks(w, r, func(ctx context.Context) (httpkit.Chunk, error) {
		if err := lease.Acquire(ctx, apps.PageLoadBytes); err != nil {
			return httpkit.Chunk{}, err
		}
		page, err := a.service.Messages(ctx, from, limit, apps.ChunkBytes)
		if err != nil {
			return httpkit.Chunk{}, err
		}
		encoded, err := httpkit.Encode(encodePage(page).Messages)
		if err != nil {
			return httpkit.Chunk{}, errs.ErrInternal.WithCause(err)
		}
		lease.Shrink(len(encoded))
		from, limit = page.Next, limit-len(page.Messages)
		return httpkit.Chunk{Messages: encoded, Next: page.Next.String(), Last: !page.Truncated}, nil
	})
}

// pageOf parses the query of a request for a page.
func pageOf(chat messenger.ID, rawQuery string) (limit int, from messenger.Cursor, err error) {
	page, err := httpkit.ParsePageQuery(rawQuery, messenger.PageMaxMessages)
	if err != nil || page.From == nil {
		return page.Limit, messenger.LatestCursor(chat), err
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

// messageBytes is an upper bound of the JSON of a message without its texts.
const messageBytes = 300

// encodedBytes is an upper bound of a page's length in JSON.
func encodedBytes(page messenger.Page) int {
	total := 0
	for i := range page.Messages {
		message := &page.Messages[i]
		total += messageBytes + httpkit.EncodedBytes(message.Text) + httpkit.EncodedBytes(message.UserName) +
			httpkit.EncodedBytes(message.ClientMessageID)
	}
	return total
}
