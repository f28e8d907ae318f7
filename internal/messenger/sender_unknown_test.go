package messenger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"messenger-api/internal/errs"
)

// failing goes through the faults, one a try, then works; a fault whose text
// says so comes after the batch was stored.
func failing(faults ...error) script {
	return func(_ context.Context, _ []Message, commit func() []AppendResult) ([]AppendResult, error) {
		if len(faults) == 0 {
			return commit(), nil
		}
		fault := faults[0]
		faults = faults[1:]
		if errors.Is(fault, errStored) {
			commit()
		}
		return nil, fault
	}
}

var (
	errStored  = errors.New("and it was stored")
	errUnknown = fmt.Errorf("%w: connection lost", ErrOutcomeUnknown)
	errDown    = errs.ErrServiceUnavailable.WithCause(errors.New("connection refused"))
)

func TestUnknownOutcomeIsTriedUntilKnown(t *testing.T) {
	for name, faults := range map[string][]error{
		"it was not stored":       {errUnknown},
		"it was stored":           {fmt.Errorf("%w %w", errUnknown, errStored)},
		"many times":              {errUnknown, errUnknown, fmt.Errorf("%w %w", errUnknown, errStored), errUnknown},
		"then the database is up": {errUnknown, errDown, errDown},
		"then locked":             {fmt.Errorf("%w %w", errUnknown, errStored), ErrBusy},
		"then a plain error":      {fmt.Errorf("%w %w", errUnknown, errStored), errors.New("plain")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &scriptedStore{script: failing(faults...)}
				texts := texts(12)
				for i, answer := range sendTogether(t.Context(), store, []ID{aChat, anotherChat}, texts...) {
					requireSent(t, store, texts[i], answer)
				}
				for _, again := range store.tries {
					if !slices.Equal(again, store.tries[0]) {
						t.Error("another batch was tried than the first time")
					}
				}
				if len(store.tries) != len(faults)+1 {
					t.Errorf("%d tries", len(store.tries))
				}
			})
		})
	}
}

func TestUnknownOutcomeUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: fails(errUnknown)}
		for _, answer := range sendTogether(t.Context(), store, []ID{aChat}, texts(3)...) {
			if !errs.Is(answer.err, errs.Unavailable) || errs.From(answer.err).RetryAfter == 0 {
				t.Errorf("the error is %v", answer.err)
			}
		}
		if len(store.tries) < 2 {
			t.Errorf("%d tries", len(store.tries))
		}
	})
}

// A rejected batch was not stored, nor were the tries of it before: that is known.
func TestRejectedAfterUnknownFailsAlone(t *testing.T) {
	for _, count := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			lost := false
			store := &scriptedStore{script: func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
				switch {
				case !lost:
					lost = true
					return nil, errUnknown
				case has(batch, "text 0"):
					return nil, ErrRejected
				}
				return commit(), nil
			}}
			texts := texts(count)
			answers := sendTogether(t.Context(), store, []ID{aChat}, texts...)
			if !errors.Is(answers[0].err, ErrRejected) {
				t.Errorf("of %d, the error is %v", count, answers[0].err)
			}
			for i := 1; i < count; i++ {
				requireSent(t, store, texts[i], answers[i])
			}
		})
	}
}

// A commit that hangs is given up in time for another try of it.
func TestHangingCommitIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := true
		store := &scriptedStore{script: func(ctx context.Context, _ []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if hangs {
				hangs = false
				<-ctx.Done()
				return nil, errUnknown
			}
			return commit(), nil
		}}
		service := newScripted(store)
		id, err := service.Send(t.Context(), Draft{ChatID: aChat, Text: "text"})
		requireSent(t, store, "text", sent{id, err})
	})
}
