package sqlite

import (
	"testing"

	"messenger-api/internal/store/storetest"
)

func TestVersionsOfTheAnalyser(t *testing.T) { storetest.RunVersions(t, reopening(t)) }

func TestInterruptedFill(t *testing.T) { storetest.RunInterruptedFill(t, reopening(t)) }

func TestDeletionsInVersions(t *testing.T) { storetest.RunDeletionsInVersions(t, reopening(t)) }

// reopening opens one database again and again.
func reopening(t *testing.T) func(*testing.T, string) (storetest.Searched, func()) {
	t.Helper()
	directory := t.TempDir()
	return func(t *testing.T, version string) (storetest.Searched, func()) {
		t.Helper()
		s, err := Open(t.Context(), Options{Directory: directory, Analyser: version}, discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return searched(s), func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
