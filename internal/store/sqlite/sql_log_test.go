package sqlite

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestSQLLogHasNoArguments(t *testing.T) {
	var log bytes.Buffer
	s, err := Open(t.Context(), Options{Directory: t.TempDir(), LogSQL: true}, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	user := join(t, s)
	if _, err := s.AppendMessages(t.Context(), messages(user, "a message's text")); err != nil {
		t.Fatal(err)
	}
	texts(t, s, user)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"INSERT OR FAIL INTO events", "FROM events", "BEGIN", "COMMIT", `"duration"`} {
		if !strings.Contains(log.String(), statement) {
			t.Errorf("no %s in the log", statement)
		}
	}
	if strings.Contains(log.String(), "a message's text") || strings.Contains(log.String(), `a message\u0027s text`) {
		t.Error("the log has a message's text")
	}
}
