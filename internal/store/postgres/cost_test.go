package postgres_test

import (
	"context"
	"encoding/json"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
)

// A statement may read so many pages and rows, beside those for each row that it is
// for: going down an index costs a few pages, and a row may be found through another one.
const (
	pagesAtAll, pagesEach = 12, 8
	rowsAtAll, rowsEach   = 4, 4
)

// TestStatementsCostWhatTheyReturn runs every statement of the package on a database
// in which chats and accounts are of very unequal sizes, with the statistics of its first day,
// with present ones and without any, planned once for all arguments and for each anew: what
// it reads depends on what it is to return, never on how much there is.
func TestStatementsCostWhatTheyReturn(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	store := openStore(t, environment)
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	statements := statementsOfPackage(t)
	for name := range statements {
		if costs[name] == nil && searchCosts[name] == nil && !uncosted.MatchString(name) {
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
		executeAll(t, connection, asTheStore...)
		checkCosts(t, connection, statistics.name+", as the store plans", statements, costs)
		checkCosts(t, connection, statistics.name+", as the store plans", statements, searchCosts)
		executeAll(t, connection, asPostgres...)
		checkCosts(t, connection, statistics.name+", as PostgreSQL plans", statements, costs)
	}
}

// asTheStore is how the store's connections plan, once for all arguments; asPostgres how they would
// without settings of their own, which only the statements of the search rely on.
var (
	asTheStore = []string{"SET plan_cache_mode = force_generic_plan", "SET enable_hashjoin = off", "SET enable_mergejoin = off"}
	asPostgres = []string{"SET plan_cache_mode = force_custom_plan", "SET enable_hashjoin = on", "SET enable_mergejoin = on"}
)

func checkCosts(t *testing.T, connection *pgx.Conn, planned string, statements map[string]string, costs map[string][]cost) {
	t.Helper()
	for name, cases := range costs {
		for _, one := range cases {
			checkCost(t, connection, planned, name, statements[name], one)
		}
	}
}

// cost is what a statement is run with, and how many rows it is for.
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
	if pages > pagesAtAll+pagesEach*of.rows || rows > rowsAtAll+rowsEach*of.rows {
		t.Errorf("%s: %s(%s), which is for %.0f rows, reads %.0f rows, %.0f pages:\n%s", planned, name, of.arguments, of.rows, rows, pages, plan)
	}
}

// run runs a statement, undoes what it did and tells what it read.
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
	return explained[0].Plan, unhelpful.ReplaceAllString(plan, "")
}

// unhelpful are the lines of a plan that tell nothing of what it reads.
var unhelpful = regexp.MustCompile(`(?m)^ *("(Parallel|Async|Local|Temp|Shared (Dirtied|Written)|Parent|Alias|Lossy|Actual (Startup|Total)).*|[\]}],?)\n`)

// node is a step of a plan. Its pages are those of the steps below it, too.
type node struct {
	Type     string  `json:"Node Type"`
	Hit      float64 `json:"Shared Hit Blocks"`
	Read     float64 `json:"Shared Read Blocks"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Refused  float64 `json:"Rows Removed by Join Filter"`
	Plans    []node
}

// pages counts what was read, without what was written.
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

// rows counts what the steps that read tables and indexes gave, and what was refused.
func (n node) rows() float64 {
	read := n.Filtered + n.Refused
	if len(n.Plans) == 0 {
		read += n.Rows
	}
	read *= n.Loops
	for _, below := range n.Plans {
		read += below.rows()
	}
	return read
}
