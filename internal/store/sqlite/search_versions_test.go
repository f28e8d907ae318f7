package sqlite

import (
	"testing"

	"messenger-api/internal/store/storetest"
)

func TestVersionsOfTheAnalyser(t *testing.T) {
	directory := t.TempDir()
	storetest.RunVersions(t, func(t *testing.T, version string) (storetest.SearchStore, func()) {
		t.Helper()
		s, err := Open(t.Context(), Options{Directory: directory, Analyser: version}, discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s, func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
