package sqlite

import (
	"regexp"
	"strings"
	"testing"

	"messenger-api/internal/store/storetest"
)

// wholeTables are the full scans that a statement may make: of the list of migrations, of
// arguments, of a subquery's result, of the full-text index's entries for words in one chat, of the
// tasks of the last hour, and of the open sessions, to end some of them.
var wholeTables = regexp.MustCompile(`^SCAN (goose_db_version|sqlite_schema|h VIRTUAL TABLE INDEX \d+:|CONSTANT ROW` +
	`|\(subquery-\d+\)$|mine$|recent$|listed$|search_index VIRTUAL TABLE INDEX \d+:(M\d+)?><$` +
	`|search_tasks USING COVERING INDEX search_tasks_status$|sessions USING INDEX sessions_open$)`)

// tooWide are index searches that read all rows of a chat or of an account.
var tooWide = regexp.MustCompile(`^SEARCH (e|events|s|sessions) .*\((chat_id=\?|account_id=\?|chat_id=\? AND account_id=\?)\)$`)

// sorted are the statements that may sort their result.
var sorted = map[string]bool{"selectOpenSessions": true, "selectRecentLag": true, "selectHits": true}

// readAll are the statements that may scan whole tables: exports, and whether there is any row.
var readAll = regexp.MustCompile(`^(dump[A-Z].*|selectHasData|selectAlmostEmpty|selectVersions)$`)

func TestEveryStatementHasItsIndex(t *testing.T) {
	s := open(t, t.TempDir())
	statements := storetest.Statements(t)
	if len(statements) < 15 {
		t.Fatalf("only %d statements found", len(statements))
	}
	for name, statement := range statements {
		for _, step := range explain(t, s, statement) {
			switch {
			case strings.HasPrefix(step, "SCAN") && !wholeTables.MatchString(step) && !readAll.MatchString(name),
				tooWide.MatchString(step),
				strings.Contains(step, "TEMP B-TREE") && !sorted[name],
				strings.Contains(step, "AUTOMATIC"):
				t.Errorf("%s: %s", name, step)
			default:
				t.Logf("%s: %s", name, step)
			}
		}
	}
}

// explain returns the lines of the statement's plan.
func explain(t *testing.T, s *Store, statement string) (steps []string) {
	t.Helper()
	arguments := make([]any, strings.Count(statement, "?"))
	rows, err := s.writer.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, arguments...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
