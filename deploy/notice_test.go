package deploy

import (
	"path/filepath"
	"strings"
	"testing"
)

// The licences of the dictionaries ask for their notices wherever the data goes: NOTICE names each file of the data and of
// its sources and says that it is derived, and the image has it.
func TestNoticeGoesWithTheDictionaries(t *testing.T) {
	const path = "internal/words/dictionary/NOTICE"
	notice := read(t, "../"+path)
	made, err := filepath.Glob("../internal/words/dictionary/*.bin")
	if err != nil || len(made) == 0 {
		t.Fatalf("found no data: %v", err)
	}
	sources, err := filepath.Glob("../tools/dictionary/data/*.gz")
	if err != nil || len(sources) == 0 {
		t.Fatalf("found no sources: %v", err)
	}
	wanted := []string{
		"DERIVED DATA", "Copyright: 1997-2008 Alexander I. Lebedev", "Modified versions must be clearly marked as such.",
		"Copyright 2000-2011 by Kevin Atkinson",
	}
	for _, file := range append(made, sources...) {
		wanted = append(wanted, strings.TrimSuffix(filepath.Base(file), ".gz"))
	}
	for _, text := range wanted {
		if !strings.Contains(notice, text) {
			t.Errorf("%s does not say %q", path, text)
		}
	}
	dockerfile := read(t, "../Dockerfile")
	for _, line := range []string{"cp LICENSE " + path + " /image/usr/share/doc/messenger-api/", "COPY --from=build /image/usr/ /usr/"} {
		if !strings.Contains(dockerfile, line) {
			t.Errorf("the image has no %s: the Dockerfile lacks %q", path, line)
		}
	}
}
