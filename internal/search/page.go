package search

import (
	"context"
	"fmt"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// PageMaxResults is the maximum number of results on a page.
const PageMaxResults = 100

// Page is a page of results, newest first. Next is the cursor of the following page.
type Page struct {
	Hits []Hit
	// Query is the task's query, for highlights.
	Query words.Query
	Next  Cursor
	// More says that the task left out matching messages older than its last result.
	More bool
	// Cut says that the page was ended early by the limit of bytes.
	Cut bool
}

// TaskErrorOr returns task-not-found if the account has no such task, else bad: the contract checks
// the task before the other parameters.
func (s *Service) TaskErrorOr(ctx context.Context, account, task messenger.ID, bad error) error {
	if _, err := s.task(ctx, account, task); err != nil {
		return err
	}
	return bad
}

// Page reads a page of up to limit results, 1 to PageMaxResults, of a task of the account. The page ends
// early once its texts reach maxBytes bytes. It has the results after from, or after the task's Confirmed key if from
// is nil or before that. confirm says that the client has received all results up to from; those are
// deleted. Results whose message is deleted, or in a chat that the account has
// left, are skipped. Errors: task-not-found, task-not-complete, task-failed.
func (s *Service) Page(
	ctx context.Context, account, id messenger.ID, from *Cursor, limit, maxBytes int, confirm bool,
) (Page, error) {
	task, err := s.task(ctx, account, id)
	switch {
	case err != nil:
		return Page{}, err
	case task.Status == Failed:
		return Page{}, errs.ErrTaskFailed
	case task.Status != Success:
		return Page{}, errs.ErrTaskNotComplete
	}
	start := task.Confirmed
	if from != nil && from.SortKey.Compare(start) > 0 {
		start = from.SortKey
		if confirm {
			if start, err = s.confirm(ctx, task, start); err != nil {
				return Page{}, err
			}
			task.Confirmed = start
		}
	}
	page := Page{Query: words.ParseQuery(task.Request.Text), More: task.More}
	page.Next.TaskID, page.Next.SortKey = id, start
	return page, s.fill(ctx, task, &page, limit, maxBytes)
}

// confirm advances the task's Confirmed to the key, and returns the resulting one. It is
// written before the response, so that a confirmed result is never returned again.
func (s *Service) confirm(ctx context.Context, task Task, key SortKey) (SortKey, error) {
	confirmed, err := s.store.AdvanceTask(ctx, task.ID, key)
	if err != nil {
		return key, err
	}
	if err := s.results.DeleteResults(ctx, task.ID, task.Attempt, confirmed); err != nil {
		// They stay confirmed, and are deleted with the task. An outage is logged by the store itself.
		s.log.DebugContext(ctx, "confirmed search results were not deleted; they expire with their task", "error", err)
	}
	return confirmed, nil
}

// fill reads results from the page's Next on until the page is full, and advances Next to the
// last result that is on it or was skipped. If many results are skipped, it reads larger and
// larger chunks, but never more texts than the page has room for.
func (s *Service) fill(ctx context.Context, task Task, page *Page, limit, maxBytes int) error {
	for chunk, bytes := limit, 0; len(page.Hits) < limit; {
		results, err := s.resultsAfter(ctx, task, page.Next.SortKey, chunk)
		if err != nil {
			return err
		}
		if len(results) == 0 {
			return nil
		}
		room := limit - len(page.Hits)
		hits, err := s.store.LoadHits(ctx, task.AccountID, results, room, maxBytes-bytes)
		if err != nil {
			return fmt.Errorf("load search results: %w", err)
		}
		page.Hits = append(page.Hits, hits...)
		for i := range hits {
			bytes += len(hits[i].Text)
		}
		if len(hits) == room || bytes >= maxBytes {
			page.Next.SortKey, page.Cut = hits[len(hits)-1].SortKey, len(hits) < room
			return nil
		}
		page.Next.SortKey = results[len(results)-1].SortKey
		if 2*len(hits) < len(results) {
			chunk = min(2*chunk, PageMaxResults)
		}
	}
	return nil
}

// resultsAfter reads results of a task that succeeded. If it has results after the key by its Outcome but
// the store returns none, they were lost, and the search is repeated. Its results are stored again only if they
// include all unconfirmed ones, for stored results count as complete.
func (s *Service) resultsAfter(ctx context.Context, task Task, key SortKey, limit int) ([]Result, error) {
	if key.Compare(task.Oldest) >= 0 {
		return nil, nil
	}
	keep := key.Compare(task.Confirmed) <= 0
	if first := predecessor(task.Newest); first.Compare(key) > 0 {
		key = first
	}
	results, err := s.results.ResultsAfter(ctx, task.ID, task.Attempt, key, limit)
	if err != nil {
		s.log.DebugContext(ctx, "the store of search results failed; they are found again", "error", err)
	}
	if len(results) > 0 && err == nil {
		return results, nil
	}
	criteria := Criteria{Query: words.ParseQuery(task.Request.Text), Request: task.Request, From: key, To: task.Oldest}
	found, _, err := Find(ctx, s.store, task.AccountID, criteria, s.options.MaxResults)
	if err != nil {
		return nil, fmt.Errorf("find lost results again: %w", err)
	}
	if keep && len(found) > 0 {
		if err := s.results.PutResults(ctx, task.ID, task.Attempt, found, s.options.ResultTTL); err != nil {
			s.log.DebugContext(ctx, "search results that were found again were not stored", "error", err)
		}
	}
	return found[:min(limit, len(found))], nil
}
