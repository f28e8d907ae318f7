package search

import (
	"context"
	"fmt"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// PageMaxResults is the longest page of results.
const PageMaxResults = 100

// Page is a run of results, newest first. Next continues it with older ones.
type Page struct {
	Hits []Hit
	// Query is what the results match, for highlights.
	Query words.Query
	Next  Cursor
	// More says that the task has left out messages older than its last result.
	More bool
	// Cut: it has less than was asked for because of its bytes.
	Cut bool
}

// Refuse returns the error that a bad request about a task deserves: the
// contract judges the task first, so it is task-not-found when there is none.
func (s *Service) TaskErrorOr(ctx context.Context, account, task messenger.ID, bad error) error {
	if _, err := s.task(ctx, account, task); err != nil {
		return err
	}
	return bad
}

// Page reads up to limit results, 1 to PageMaxResults, of a task of the account, and ends
// once their texts have bytesMost bytes together:
// those after from, or, where that is nil or has been confirmed, those after what
// is confirmed. confirm says that the caller has received all up to from; those are
// forgotten. Results whose message is gone, or in a chat that the account has
// left, are passed over. Errors: task-not-found, task-not-complete, task-failed.
func (s *Service) Page(
	ctx context.Context, account, id messenger.ID, from *Cursor, limit, bytesMost int, confirm bool,
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
	return page, s.fill(ctx, task, &page, limit, bytesMost)
}

// confirm moves what is confirmed on to the place, and returns where it is. It is
// written before the answer, so that nothing confirmed ever comes back.
func (s *Service) confirm(ctx context.Context, task Task, place SortKey) (SortKey, error) {
	confirmed, err := s.store.AdvanceTask(ctx, task.ID, place)
	if err != nil {
		return place, err
	}
	if err := s.results.DeleteResults(ctx, task.ID, task.Attempt, confirmed); err != nil {
		// They are confirmed all the same, and go with the task.
		s.log.WarnContext(ctx, "received results are deleted later", "error", err)
	}
	return confirmed, nil
}

// fill reads on from the page's Next until the page is full, and moves that on to the
// last result that is on it or was passed over. Where much is passed over it takes
// longer and longer strides; of no stride are more texts read than the page has room for.
func (s *Service) fill(ctx context.Context, task Task, page *Page, limit, bytesMost int) error {
	for stride, bytes := limit, 0; len(page.Hits) < limit; {
		results, err := s.resultsAfter(ctx, task, page.Next.SortKey, stride)
		if err != nil {
			return err
		}
		if len(results) == 0 {
			return nil
		}
		room := limit - len(page.Hits)
		visible, err := s.store.LoadHits(ctx, task.AccountID, results, room, bytesMost-bytes)
		if err != nil {
			return fmt.Errorf("look at results: %w", err)
		}
		page.Hits = append(page.Hits, visible...)
		for i := range visible {
			bytes += len(visible[i].Text)
		}
		if len(visible) == room || bytes >= bytesMost {
			page.Next.SortKey, page.Cut = visible[len(visible)-1].SortKey, len(visible) < room
			return nil
		}
		page.Next.SortKey = results[len(results)-1].SortKey
		if 2*len(visible) < len(results) {
			stride = min(2*stride, PageMaxResults)
		}
	}
	return nil
}

// resultsAfter reads results of a task that succeeded. Where there must be more
// and the store has none, it lost them: they are found again, and kept again where
// none is left out that is not confirmed, for what is kept counts as all there is.
func (s *Service) resultsAfter(ctx context.Context, task Task, place SortKey, limit int) ([]Result, error) {
	if place.Compare(task.Oldest) >= 0 {
		return nil, nil
	}
	keep := place.Compare(task.Confirmed) <= 0
	if first := predecessor(task.Newest); first.Compare(place) > 0 {
		place = first
	}
	results, err := s.results.ResultsAfter(ctx, task.ID, task.Attempt, place, limit)
	if err != nil {
		s.log.DebugContext(ctx, "results are found again: their store does not answer", "error", err)
	}
	if len(results) > 0 && err == nil {
		return results, nil
	}
	criteria := Criteria{Query: words.ParseQuery(task.Request.Text), Request: task.Request, From: place, To: task.Oldest}
	found, _, err := Find(ctx, s.store, task.AccountID, criteria, s.options.MaxResults)
	if err != nil {
		return nil, fmt.Errorf("find lost results again: %w", err)
	}
	if keep && len(found) > 0 {
		if err := s.results.PutResults(ctx, task.ID, task.Attempt, found, s.options.ResultTTL); err != nil {
			s.log.DebugContext(ctx, "results that were found again are not kept", "error", err)
		}
	}
	return found[:min(limit, len(found))], nil
}
