package observability

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

var update = flag.Bool("update", false, "write the table of docs/metrics.md")

const (
	documentFile = "../../../docs/metrics.md"
	tableHead    = "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n"
)

// The documentation's table of metrics has the metrics of a server.
func TestDocument(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	traffic(t, s.API)
	await.Until(t, "the indexer has looked", func() bool {
		_, found := s.Scrape(t).Value("messenger_search_index_behind_messages")
		return found
	})
	families := s.Scrape(t).Families
	var table strings.Builder
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if strings.HasPrefix(name, "messenger_") {
			family := families[name]
			fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", name, strings.ToLower(family.GetType().String()), labelsOf(family), family.GetHelp())
		}
	}
	content, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), tableHead)
	written, after, _ := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatalf("%s has no table", documentFile)
	}
	if *update {
		if err := os.WriteFile(documentFile, []byte(before+tableHead+table.String()+"\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if written+"\n" != table.String() {
		t.Errorf("the table is out of date; make it anew with -update. It should be:\n%s", &table)
	}
}

// labelsOf returns a metric's labels, with the values of those that have few.
func labelsOf(family *dto.MetricFamily) string {
	values := map[string]map[string]bool{}
	for _, metric := range family.GetMetric() {
		for _, label := range metric.GetLabel() {
			if values[label.GetName()] == nil {
				values[label.GetName()] = map[string]bool{}
			}
			values[label.GetName()][label.GetValue()] = true
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		text := "`" + name + "`"
		switch name {
		case "kind", "outcome", "part", "result", "state":
			text += ": " + strings.Join(slices.Sorted(maps.Keys(values[name])), ", ")
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}
