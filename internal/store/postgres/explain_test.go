package postgres_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
)

var statementWords = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// wholeTables are the statements that may read a table from end to end: the tasks of
// the last hour, to count them; what exports tables, or asks whether there is anything
// in them; the one row of another.
var wholeTables = regexp.MustCompile(`^(countTasks|selectKept|dump[A-Z].*|selectHasData|selectToFill|selectWordsIndexed)$`)

// indexes are what a statement must be answered with, where another index would do
// to find the rows, but would read too many.
var indexes = map[string]string{
	"insertTask":           "search_tasks_open",
	"confirmTask":          "search_tasks_open",
	"claimDueTasks":        "search_tasks_due",
	"deleteTasks":          "search_tasks_ended",
	"selectBehindOf":       "chat_users_account",
	"selectBehindSince":    "events_message",
	"selectPositionsAfter": "chats_pkey",
	"selectUnindexed":      "events_pkey",
	"findInBlocks":         "search_index_words",
	"findInMessages":       "search_index_pkey",
	"selectRests":          "search_index_pkey",
}

func TestEveryStatementHasItsIndex(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	if err := openStore(t, environment).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	connection := connectAsStore(t, environment)
	for _, rows := range manyRows {
		execute(t, connection, rows)
	}
	execute(t, connection, "ANALYZE")
	statements := statementsOfPackage(t)
	if len(statements) < 50 {
		t.Fatalf("only %d statements found", len(statements))
	}
	for name, index := range indexes {
		if statements[name] == "" {
			t.Errorf("%s is to use %s, but it is no statement of the package", name, index)
		}
	}
	for name, statement := range statements {
		plan := explain(t, connection, name, statement)
		switch {
		case strings.Contains(plan, "Seq Scan") && !wholeTables.MatchString(name):
			t.Errorf("%s reads a whole table:\n%s", name, plan)
		case !strings.Contains(plan, indexes[name]):
			t.Errorf("%s doesn't use %s:\n%s", name, indexes[name], plan)
		default:
			t.Logf("%s:\n%s", name, plan)
		}
	}
}

// manyRows fill the tables so far that an index is worth its while: 400 accounts in 20
// chats each, with 50 messages a chat.
var manyRows = []string{
	`CREATE FUNCTION id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || n)::uuid $$`,
	`INSERT INTO accounts SELECT id(1, n), 'name' || n, '', now() FROM generate_series(1, 400) n`,
	`INSERT INTO sessions SELECT sha256(n::text::bytea), id(2, n), id(1, n % 400 + 1), now(), now() + n * interval '1 second', NULL, '', ''
		FROM generate_series(1, 4000) n`,
	`INSERT INTO chats SELECT id(3, n), 'name', id(1, n % 400 + 1), now(), 50 FROM generate_series(1, 4000) n`,
	`INSERT INTO chat_users SELECT id(3, (n + m * m) % 400 + 1), id(4, n * 20 + m), id(1, n), 'name' || n, now()
		FROM generate_series(1, 400) n, generate_series(1, 20) m`,
	`INSERT INTO events SELECT id(3, n), m, 1, now(), id(1, n), id(4, n * 20), id(5, n * 50 + m), m::text, 'text'
		FROM generate_series(1, 400) n, generate_series(1, 50) m`,
	`INSERT INTO search_positions (chat_id, seq, newest_at) SELECT chat_id, last_seq, 50 FROM chats`,
	`INSERT INTO search_index SELECT chat_number, e.seq, e.seq, e.seq, message_id, array_to_tsvector(ARRAY[to_hex(chat_number) || '|word' || e.seq])
		FROM events e JOIN search_positions p ON p.chat_id = e.chat_id`,
	`INSERT INTO search_tasks (task_id, account_id, text, user_name, created_at, confirmed, ended_at)
		SELECT id(6, n), id(1, n % 400 + 1), '', '', now() + n * interval '1 second', n % 50 > 0, CASE WHEN n % 5 > 0 THEN now() END
		FROM generate_series(1, 10000) n`,
	`INSERT INTO search_results SELECT id(6, n), 1, m, id(5, n * 50 + m), id(3, n), m FROM generate_series(1, 1000) n, generate_series(1, 20) m`,
}

// connectAsStore plans as the store's connections do.
func connectAsStore(t *testing.T, environment []string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), testkit.PostgresURL(environment))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	for _, setting := range []string{"enable_hashjoin", "enable_mergejoin", "jit"} {
		execute(t, connection, "SET "+setting+" = off")
	}
	execute(t, connection, "SET plan_cache_mode = force_generic_plan")
	return connection
}

func execute(t *testing.T, connection *pgx.Conn, statement string) {
	t.Helper()
	if _, err := connection.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

var parameters = regexp.MustCompile(`\$(\d+)`)

// explain gives the plan that the statement has for any arguments.
func explain(t *testing.T, connection *pgx.Conn, name, statement string) string {
	t.Helper()
	count := 0
	for _, parameter := range parameters.FindAllStringSubmatch(statement, -1) {
		number, err := strconv.Atoi(parameter[1])
		if err != nil {
			t.Fatal(err)
		}
		count = max(count, number)
	}
	arguments := ""
	if count > 0 {
		arguments = "(NULL" + strings.Repeat(", NULL", count-1) + ")"
	}
	execute(t, connection, "PREPARE "+name+" AS "+statement)
	rows, err := connection.Query(t.Context(), "EXPLAIN (COSTS OFF) EXECUTE "+name+arguments, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return strings.Join(lines, "\n")
}

// statementsOfPackage finds every constant of the package that is SQL, so that
// none is forgotten.
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
