package postgres_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/store/storetest"
	"messenger-api/internal/testkit"
)

// The pages and rows that a statement may read: a base, for the descent of indexes, and some
// for each row that it needs, which may be found through another row.
const (
	basePages, pagesPerRow = 12, 8
	baseRows, rowsPerRow   = 4, 4
)

// TestStatementsCostWhatTheyReturn runs every statement of the package on a database with chats
// and accounts of very different sizes: with outdated statistics, with current ones and with
// none, with generic and with custom plans. What a statement reads must depend on what it
// returns, not on the size of the tables.
func TestStatementsCostWhatTheyReturn(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	store := openStore(t, environment)
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	statements := storetest.Statements(t)
	for name := range statements {
		if costs[name] == nil && searchCosts[name] == nil && !unbounded.MatchString(name) {
			t.Errorf("%s is a new statement: say in cost_cases_test.go what it may cost", name)
		}
	}
	connection := store.Connection(t.Context(), t)
	executeAll(t, connection, "SET statement_timeout = 0", withoutAutovacuum)
	executeAll(t, connection, unequalFunctions...)
	executeAll(t, connection, firstDay...)
	executeAll(t, connection, "ANALYZE")
	executeAll(t, connection, growth...)
	for _, statistics := range []struct {
		name string
		sql  []string
	}{{"of the first day", nil}, {"present", []string{"ANALYZE"}}, {"none", noStatistics}} {
		executeAll(t, connection, statistics.sql...)
		for _, mode := range []string{"force_generic_plan", customPlans} {
			executeAll(t, connection, "SET plan_cache_mode = "+mode)
			checkCosts(t, connection, statistics.name+", "+mode, statements, costs)
			checkCosts(t, connection, statistics.name+", "+mode, statements, searchCosts)
		}
	}
}

const customPlans = "force_custom_plan"

// plannedOnce are the statements that rely on the store's connections planning once for all arguments: planned for its
// arguments, each would be sorted or read from end to end where the statistics are of a day on which that was cheap.
var plannedOnce = map[string]bool{"claimDueTasks": true, "selectRecentLag": true}

func checkCosts(t *testing.T, connection *pgx.Conn, planned string, statements map[string]string, costs map[string][]cost) {
	t.Helper()
	for name, cases := range costs {
		if strings.HasSuffix(planned, customPlans) && plannedOnce[name] {
			continue
		}
		for _, one := range cases {
			checkCost(t, connection, planned, name, statements[name], one)
		}
	}
}

// cost is a statement's arguments and the number of rows that it needs with them.
type cost struct {
	arguments string
	rows      float64
}

func checkCost(t *testing.T, connection *pgx.Conn, planned, name, statement string, of cost) {
	t.Helper()
	if statement == "" {
		t.Errorf("%s is no statement of the package", name)
		return
	}
	root, plan := run(t, connection, name, statement, of.arguments)
	pages, rows := root.pages(), root.rows()
	t.Logf("%s, %s(%s): %.0f pages, %.0f rows for %.0f", planned, name, of.arguments, pages, rows, of.rows)
	if pages > basePages+pagesPerRow*of.rows || rows > baseRows+rowsPerRow*of.rows {
		t.Errorf("%s: %s(%s), which is for %.0f rows, reads %.0f rows, %.0f pages:\n%s", planned, name, of.arguments, of.rows, rows, pages, plan)
	}
}

// run explains a statement with ANALYZE and rolls it back.
func run(t *testing.T, connection *pgx.Conn, name, statement, arguments string) (root node, plan string) {
	t.Helper()
	if arguments != "" {
		arguments = "(" + arguments + ")"
	}
	executeAll(t, connection, "BEGIN", "PREPARE "+name+" AS "+statement)
	defer executeAll(t, connection, "ROLLBACK", "DEALLOCATE "+name)
	row := connection.QueryRow(context.WithoutCancel(t.Context()),
		"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, FORMAT JSON) EXECUTE "+name+arguments, pgx.QueryExecModeSimpleProtocol)
	if err := row.Scan(&plan); err != nil {
		t.Fatalf("%s(%s): %v", name, arguments, err)
	}
	var explained []struct{ Plan node }
	if err := json.Unmarshal([]byte(plan), &explained); err != nil {
		t.Fatal(err)
	}
	return explained[0].Plan, irrelevantLines.ReplaceAllString(plan, "")
}

// irrelevantLines are the lines of a plan that do not concern what it reads.
var irrelevantLines = regexp.MustCompile(`(?m)^ *("(Parallel|Async|Local|Temp|Shared (Dirtied|Written)|Parent|Alias|Lossy|Actual (Startup|Total)).*|[\]}],?)\n`)

// node is a node of a plan. Its pages include those of its children.
type node struct {
	Type         string  `json:"Node Type"`
	Hit          float64 `json:"Shared Hit Blocks"`
	Read         float64 `json:"Shared Read Blocks"`
	Rows         float64 `json:"Actual Rows"`
	Loops        float64 `json:"Actual Loops"`
	Filtered     float64 `json:"Rows Removed by Filter"`
	JoinFiltered float64 `json:"Rows Removed by Join Filter"`
	Plans        []node
}

// pages counts the pages that were read, without those that were written.
func (n node) pages() float64 {
	pages := n.Hit + n.Read
	if n.Type == "ModifyTable" {
		pages = 0
	}
	for _, below := range n.Plans {
		if n.Type != "ModifyTable" {
			pages -= below.Hit + below.Read
		}
		pages += below.pages()
	}
	return pages
}

// rows counts the rows that scans returned and those that filters removed.
func (n node) rows() float64 {
	read := n.Filtered + n.JoinFiltered
	if len(n.Plans) == 0 {
		read += n.Rows
	}
	read *= n.Loops
	for _, below := range n.Plans {
		read += below.rows()
	}
	return read
}
