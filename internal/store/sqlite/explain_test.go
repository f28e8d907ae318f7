package sqlite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var statementWords = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

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
	statements := statementsOfPackage(t)
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

// statementsOfPackage finds every SQL constant of the package.
func statementsOfPackage(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	statements := map[string]string{}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok {
				collect(t, statements, spec)
				return false
			}
			if literal, ok := node.(*ast.BasicLit); ok && statementWords.MatchString(strings.Trim(literal.Value, "`\"")) {
				t.Errorf("%s: a statement that is no constant: %s", entry.Name(), literal.Value)
			}
			return true
		})
	}
	return statements
}

func collect(t *testing.T, statements map[string]string, spec *ast.ValueSpec) {
	t.Helper()
	for i, value := range spec.Values {
		literal, ok := value.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		if statementWords.MatchString(text) {
			statements[spec.Names[i].Name] = text
		}
	}
}
