package operator

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
	_ "modernc.org/sqlite"             // the driver

	"messenger-api/internal/testkit"
	"messenger-api/internal/transfer"
)

// columns lists the schema as "table.column".
func columns(t *testing.T, driver, source, query string) (all []string) {
	t.Helper()
	database, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	rows, err := database.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		all = append(all, table+"."+column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func postgresColumns(t *testing.T) []string {
	t.Helper()
	database := testkit.Postgres(t)
	testkit.MustRun(t, database, "migrate", "up")
	return columns(t, "pgx", testkit.PostgresURL(database),
		`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`)
}

// The tables whose names begin with search_index_ are parts of search_index.
func sqliteColumns(t *testing.T) []string {
	t.Helper()
	database := testkit.Embedded(t)
	testkit.MustRun(t, database, "migrate", "up")
	path := filepath.Join(strings.TrimPrefix(database[0], "DATA_DIR="), "messenger.db")
	return columns(t, "sqlite", path,
		`SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'search\_index\_%' ESCAPE '\'`)
}

// Every table and column is either exported or left out with a reason, so that none is lost by mistake.
func TestEveryTableIsCoveredOrLeftOut(t *testing.T) {
	t.Parallel()
	for kind, schema := range map[string][]string{"embedded": sqliteColumns(t), "postgres": postgresColumns(t)} {
		seen := map[string]bool{}
		for _, column := range schema {
			seen[column] = true
			if table, _, _ := strings.Cut(column, "."); !exported(column) && transfer.LeftOut[table] == "" && transfer.LeftOut[column] == "" {
				t.Errorf("%s: %s is neither exported nor left out: see internal/transfer/tables.go", kind, column)
			}
		}
		for _, table := range transfer.Tables {
			for _, column := range table.Columns {
				if !seen[table.Name+"."+column] {
					t.Errorf("%s: %s.%s is exported, and does not exist", kind, table.Name, column)
				}
			}
		}
	}
}

func exported(column string) bool {
	table, name, _ := strings.Cut(column, ".")
	return slices.ContainsFunc(transfer.Tables, func(known transfer.Table) bool {
		return known.Name == table && slices.Contains(known.Columns, name)
	})
}
