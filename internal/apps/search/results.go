package search

import (
	"context"
	"net/http"
	"time"

	"messenger-api/internal/apps"
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
		return a.service.TaskErrorOr(r.Context(), account(r), task, err)
	}
	lease := a.memory.Lease(httpkit.InfoFrom(r.Context()))
	defer lease.Release()
	setNoStore(w)
	confirm := r.Method != http.MethodHead
	return httpkit.WriteChunks(w, r, func(ctx context.Context) (httpkit.Chunk, error) {
		if err := lease.Acquire(ctx, apps.PageLoadBytes); err != nil {
			return httpkit.Chunk{}, err
		}
		page, err := a.service.Page(ctx, account(r), task, from, limit, apps.ChunkBytes, confirm)
		if err != nil {
			return httpkit.Chunk{}, err
		}
		encoded, err := httpkit.Encode(encodePage(page))
		if err != nil {
			return httpkit.Chunk{}, errs.ErrInternal.WithCause(err)
		}
		lease.Shrink(len(encoded))
		from, limit, confirm = &page.Next, limit-len(page.Hits), false
		return httpkit.Chunk{Messages: encoded, Next: page.Next.String(), Last: !page.Cut, More: &page.More}, nil
	})
}

// pageOf parses the query of a request for a page of a task's results.
func pageOf(task messenger.ID, rawQuery string) (limit int, from *search.Cursor, err error) {
	page, err := httpkit.ParsePageQuery(rawQuery, search.PageMaxResults)
	if err != nil || page.From == nil {
		return page.Limit, nil, err
	}
	cursor, err := search.ParseCursor(task, *page.From)
	return page.Limit, &cursor, err
}

func encodePage(page search.Page) []FoundMessage {
	encoded := make([]FoundMessage, len(page.Hits))
	for i := range page.Hits {
		found := &page.Hits[i]
		encoded[i] = FoundMessage{
			Text: found.Text, MessageID: found.SortKey.MessageID.String(), ChatID: found.ChatID.String(),
			ChatName: found.ChatName, UserName: found.UserName,
			CreatedAt: httpkit.Time(time.UnixMicro(found.SortKey.CreatedAt)), Seq: found.Seq,
			Highlights: highlightsOf(page, found.Text),
		}
	}
	return encoded
}

func highlightsOf(page search.Page, text string) []Highlight {
	marked := page.Query.Highlights(text)
	highlights := make([]Highlight, len(marked))
	for i, span := range marked {
		highlights[i] = Highlight{Start: span.Start, End: span.End}
	}
	return highlights
}
