package search

import (
	"context"
	"net/http"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func (a *app) results(w http.ResponseWriter, r *http.Request) error {
	task, err := taskOf(r)
	if err != nil {
		return err
	}
	limit, from, err := pageOf(task, r.URL.RawQuery)
	if err != nil {
		return a.service.Refuse(r.Context(), account(r), task, err)
	}
	body, err := a.loadPage(r, task, from, limit)
	if err != nil {
		return err
	}
	keepNot(w)
	httpkit.WriteBytes(w, http.StatusOK, "application/json", body)
	return nil
}

// loadPage reads and encodes a page. It is sent when others may load theirs: a
// client may take its time.
func (a *app) loadPage(r *http.Request, task messenger.ID, from *search.Cursor, limit int) ([]byte, error) {
	if err := a.loading.Acquire(r.Context(), int64(limit)); err != nil {
		return nil, errs.ErrServiceUnavailable.WithDetails("too many pages are read at once").After(time.Second).WithCause(err)
	}
	defer a.loading.Release(int64(limit))
	page, err := a.service.Page(r.Context(), account(r), task, from, limit, r.Method != http.MethodHead)
	if err != nil {
		return nil, err
	}
	return a.encode(r.Context(), page)
}

// encode waits for its turn, which is over when it returns.
func (a *app) encode(ctx context.Context, page search.Page) ([]byte, error) {
	if err := a.encoding.Acquire(ctx, 1); err != nil {
		return nil, errs.ErrServiceUnavailable.WithDetails("too many pages are read at once").After(time.Second).WithCause(err)
	}
	defer a.encoding.Release(1)
	return httpkit.Encode(encodePage(page))
}

// pageOf reads which page of a task is asked for.
func pageOf(task messenger.ID, rawQuery string) (limit int, from *search.Cursor, err error) {
	page, err := httpkit.ParsePageQuery(rawQuery, search.PageMaxResults)
	if err != nil || page.From == nil {
		return page.Limit, nil, err
	}
	cursor, err := search.ParseCursor(task, *page.From)
	return page.Limit, &cursor, err
}

func encodePage(page search.Page) SearchPage {
	encoded := SearchPage{Messages: make([]FoundMessage, len(page.Found)), Next: Next{page.Next.String()}}
	for i := range page.Found {
		found := &page.Found[i]
		encoded.Messages[i] = FoundMessage{
			Text: found.Text, MessageID: found.Place.MessageID.String(), ChatID: found.ChatID.String(),
			ChatName: found.ChatName, UserName: found.UserName,
			CreatedAt: httpkit.Time(time.UnixMicro(found.Place.CreatedAt)), Seq: found.Seq,
			Highlights: highlightsOf(page, found.Text),
		}
	}
	return encoded
}

func highlightsOf(page search.Page, text string) []Highlight {
	marked := page.Query.Highlights(text)
	highlights := make([]Highlight, len(marked))
	for i, one := range marked {
		highlights[i] = Highlight{Start: one.Start, End: one.End}
	}
	return highlights
}
