package search

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"messenger-api/internal/messenger"
)

func anyPlace(t *rapid.T, name string) SortKey {
	place := SortKey{CreatedAt: rapid.Int64Range(0, math.MaxInt64).Draw(t, name+" time")}
	copy(place.MessageID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name+" id"))
	return place
}

func TestCursorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cursor := Cursor{messenger.NewID(), anyPlace(t, "place")}
		iterator := cursor.String()
		if read, err := ParseCursor(cursor.TaskID, iterator); err != nil || read != cursor {
			t.Fatalf("%+v came back as %+v, %v", cursor, read, err)
		}
		if _, err := ParseCursor(messenger.NewID(), iterator); err == nil {
			t.Fatal("another task's iterator is taken")
		}
		if strings.ContainsAny(iterator, "+/=&?# ") {
			t.Fatalf("%q does not fit into a query", iterator)
		}
	})
}

// What no server has made is refused, however near it comes.
func TestParseCursorRefuses(t *testing.T) {
	task := messenger.NewID()
	good := Cursor{task, SortKey{1, messenger.NewID()}}.String()
	for _, iterator := range []string{"", " ", good[1:], good + "A", good + "=", good[:20] + "\n" + good[20:], strings.Repeat("A", len(good)),
		messenger.Cursor{}.String(), Cursor{task, SortKey{-1, messenger.ID{}}}.String()} {
		if cursor, err := ParseCursor(task, iterator); err == nil {
			t.Errorf("%q is taken as %+v", iterator, cursor)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	task := messenger.ID{1}
	f.Add(Cursor{task, BeforeAll()}.String())
	f.Fuzz(func(t *testing.T, iterator string) {
		if cursor, err := ParseCursor(task, iterator); err == nil && cursor.String() != iterator {
			t.Errorf("%q is another spelling of %q", iterator, cursor)
		}
	})
}

// Nothing has a place between one and that just before it.
func TestJustBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		place := anyPlace(t, "place")
		before := predecessor(place)
		if place == BeforeAll() {
			return
		}
		if before.Compare(place) >= 0 {
			t.Fatalf("%+v is not before %+v", before, place)
		}
		other := anyPlace(t, "other")
		if before.Compare(other) < 0 && other.Compare(place) < 0 {
			t.Fatalf("%+v is between %+v and %+v", other, before, place)
		}
	})
	last := SortKey{5, BeforeAll().MessageID}
	if before := predecessor(last); before != (SortKey{6, messenger.ID{}}) {
		t.Errorf("before the first id of a time: %+v", before)
	}
	if before := predecessor(BeforeAll()); before != BeforeAll() {
		t.Errorf("before the start: %+v", before)
	}
}

func TestPlacesGoFromNewToOld(t *testing.T) {
	old, lower, higher := SortKey{1, messenger.ID{9}}, SortKey{2, messenger.ID{1}}, SortKey{2, messenger.ID{2}}
	places := []SortKey{lower, BeforeAll(), old, higher, {}}
	slices.SortFunc(places, SortKey.Compare)
	if want := []SortKey{BeforeAll(), higher, lower, old, {}}; !slices.Equal(places, want) {
		t.Errorf("%+v, want %+v", places, want)
	}
}
