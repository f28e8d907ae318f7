package sqlite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"messenger-api/internal/messenger"
)

// After whatever statement a batch's context ends, the batch is stored as a whole or not at all, as
// the error says, and the next batch is stored.
func TestContextEndsBetweenStatements(t *testing.T) {
	for at, after := range map[string]string{"BEGIN": "ROLLBACK", "INSERT": "ROLLBACK", "UPDATE": "ROLLBACK", "COMMIT": ""} {
		t.Run(at, func(t *testing.T) {
			s := open(t, t.TempDir())
			user := join(t, s)
			ctx, end := context.WithCancel(t.Context())
			defer end()
			var later []string
			onStatements(s, func(word string) {
				if ctx.Err() != nil {
					later = append(later, word)
				}
				if word == at {
					end()
				}
			})
			stored := after == ""
			_, err := s.AppendMessages(ctx, messages(user, "one", "two"))
			if got := strings.Join(later, " "); got != after {
				t.Errorf("after the end ran %q", got)
			}
			onStatements(s, func(string) {})
			if stored != (err == nil) || !stored && !errors.Is(err, context.Canceled) ||
				errors.Is(err, messenger.ErrOutcomeUnknown) || errors.Is(err, messenger.ErrRejected) {
				t.Error(err)
			}
			if got := texts(t, s, user); (got != nil) != stored {
				t.Errorf("stored: %v", got)
			}
			if _, err := s.AppendMessages(t.Context(), messages(user, "after")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A panic releases the locks, and the cache of last seqs is cleared.
func TestAPanicLeavesTheWriterUsable(t *testing.T) {
	for at, want := range map[string][]string{"INSERT": {"after", "before"}, "COMMIT": {"after", "panics", "before"}} {
		t.Run(at, func(t *testing.T) {
			s := open(t, t.TempDir())
			user := join(t, s)
			if _, err := s.AppendMessages(t.Context(), messages(user, "before")); err != nil {
				t.Fatal(err)
			}
			onStatements(s, func(word string) {
				if word == at {
					panic(at)
				}
			})
			func() {
				defer func() {
					if cause := recover(); cause != at {
						t.Errorf("recovered %v", cause)
					}
				}()
				_, err := s.AppendMessages(t.Context(), messages(user, "panics"))
				t.Error("no panic:", err)
			}()
			onStatements(s, func(string) {})
			appended, err := s.AppendMessages(t.Context(), messages(user, "after"))
			if err != nil || appended[0].Seq != int64(len(want)) {
				t.Error(appended, err)
			}
			if got := texts(t, s, user); !slices.Equal(got, want) {
				t.Errorf("stored: %v", got)
			}
		})
	}
}
