package server_test

import (
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) []string{"embedded": testkit.Embedded, "postgres": testkit.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := database(t)
			before := testkit.Command(t, settings, "migrate", "status")
			checkSteps(t, before, true)
			for range 2 { // the second time there is nothing to migrate
				if result := testkit.Command(t, settings, "migrate", "up"); result.Code != 0 {
					t.Fatalf("migrate up: %+v", result)
				}
			}
			after := testkit.Command(t, settings, "migrate", "status")
			checkSteps(t, after, false)
			if strings.Count(before.Stdout, "\n") != strings.Count(after.Stdout, "\n") {
				t.Errorf("the steps differ:\n%s\n%s", before.Stdout, after.Stdout)
			}
			// The command also works while a server runs.
			s := testkit.Start(t, settings...)
			if running := testkit.Command(t, settings, "migrate", "status"); running.Stdout != after.Stdout {
				t.Errorf("while a server runs: %+v, want\n%s", running, after.Stdout)
			}
			s.As(t, "alice")
		})
	}
}

// checkSteps fails the test unless all migrations in the table are pending, or all applied.
func checkSteps(t *testing.T, result testkit.Result, pending bool) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(result.Stdout), "\n")
	if result.Code != 0 || len(lines) < 2 || strings.Join(strings.Fields(lines[0]), " ") != "VERSION NAME APPLIED" {
		t.Fatalf("migrate status: %+v", result)
	}
	for i, line := range lines[1:] {
		columns := strings.Fields(line)
		if len(columns) != 3 || !strings.HasSuffix(columns[1], ".sql") || (columns[2] == "pending") != pending {
			t.Errorf("step %d is %q, pending: want %v", i+1, line, pending)
		}
	}
}

func TestMigrateWithoutDatabase(t *testing.T) {
	t.Parallel()
	settings, _ := testkit.ViaProxy(t, testkit.Postgres(t))
	for _, command := range []string{"up", "status"} {
		if result := testkit.Command(t, settings, "migrate", command); result.Code != 1 || result.Stderr == "" || result.Stdout != "" {
			t.Errorf("migrate %s: %+v, want exit code 1 and why", command, result)
		}
	}
}
