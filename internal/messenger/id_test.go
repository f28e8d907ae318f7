package messenger

import (
	"strings"
	"testing"
)

func TestParseIDSpellings(t *testing.T) {
	const want = "5d3e9ce435ba11eca6b50242ac1f0006"
	for _, text := range []string{
		want, strings.ToUpper(want), "5d3e9ce4-35ba-11ec-a6b5-0242ac1f0006", "5D3E9CE4-35BA-11EC-a6b5-0242ac1f0006",
	} {
		if id, ok := ParseID(text); !ok || id.String() != want {
			t.Errorf("%q became %v, %v", text, id, ok)
		}
	}
	for _, text := range []string{
		"", "0", want[1:], want + "0", "g" + want[1:], "{" + want + "}", "urn:uuid:" + want,
		"{5d3e9ce4-35ba-11ec-a6b5-0242ac1f0006}", "5d3e9ce43-5ba-11ec-a6b5-0242ac1f0006", strings.Repeat("-", 36), want[:31] + "é",
	} {
		if id, ok := ParseID(text); ok {
			t.Errorf("%q became %v", text, id)
		}
	}
}

func TestNewIDsDiffer(t *testing.T) {
	seen := map[ID]bool{}
	for range 1000 {
		id := NewID()
		if seen[id] {
			t.Fatalf("%v twice", id)
		}
		seen[id] = true
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{
		"5d3e9ce435ba11eca6b50242ac1f0006", "5D3E9CE4-35BA-11EC-A6B5-0242AC1F0006", "", strings.Repeat("-", 36),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := ParseID(text)
		if !ok {
			return
		}
		if bare := strings.ToLower(strings.ReplaceAll(text, "-", "")); bare != id.String() {
			t.Errorf("%q became %v", text, id)
		}
		if again, ok := ParseID(id.String()); !ok || again != id {
			t.Errorf("%v came back as %v, %v", id, again, ok)
		}
	})
}
