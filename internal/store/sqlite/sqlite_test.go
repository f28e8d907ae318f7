package sqlite

import (
	"strings"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) messenger.Store { return open(t, t.TempDir()) })
}

func TestSearch(t *testing.T) {
	storetest.RunSearch(t, func(t *testing.T) storetest.Searched {
		return searched(open(t, t.TempDir()))
	})
}

// searched lets a test run its own SQL.
func searched(s *Store) storetest.Searched {
	return storetest.Searched{SearchStore: s, Execute: func(t *testing.T, statement string, arguments ...any) {
		t.Helper()
		for i, argument := range arguments {
			if id, ok := argument.(messenger.ID); ok {
				arguments[i] = id[:]
			}
		}
		if _, err := s.write(t.Context(), strings.ReplaceAll(statement, "$", "?"), arguments...); err != nil {
			t.Fatal(err)
		}
	}}
}
