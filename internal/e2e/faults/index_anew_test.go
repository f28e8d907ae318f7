package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/words"
)

const (
	// archived is the number of messages of the large chat: enough for the index to be filled in bulk.
	archived = 25_000
	// filledAtKill is the minimal number of indexed messages when the server is killed: more than the tenth up to
	// which an index counts as almost empty.
	filledAtKill = 4000
	// olderVersion is the name of an older version of the analyser.
	olderVersion = "000000000000"
)

// databaseKind has the SQL of a kind of database.
type databaseKind struct {
	open func(testing.TB) []string
	// newID returns a new id; spoil removes all words from the older index.
	newID, spoil string
	// built is true once the index is complete; NEW is replaced by the suffix of its tables.
	built string
}

var databaseKinds = map[string]databaseKind{
	"embedded": {
		testkit.Embedded, "randomblob(16)", "INSERT INTO search_index (search_index) VALUES ('delete-all')", "1 = 1",
	},
	"postgres": {
		testkit.Postgres, "gen_random_uuid()", "UPDATE search_index SET words = ''",
		"EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('search_indexNEW_words') AND indisvalid)",
	},
}

// The index of an older version of the analyser is built again while the service is in use, and is killed once.
// The older index has no words, so that results come from the new one.
func TestIndexMadeAnewForAnotherAnalyser(t *testing.T) {
	t.Parallel()
	for name, kind := range databaseKinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &indexAnew{kind: kind, settings: kind.open(t)}
			server := testkit.StartBinary(t, a.settings...)
			a.fill(t, server)
			a.makeOlder(t, server)

			server.Restart()
			load, searches := a.sends.Start(t, a.writer, 2), a.startSearches(t)
			await.Until(t, "the new index has some of the messages", func() bool {
				return a.holds(t, fmt.Sprintf("(SELECT sum(seq) FROM search_positionsNEW) >= %d", filledAtKill))
			})
			server.Kill()
			load.Stop()
			searches.Stop()
			if a.holds(t, a.archiveIndexed()) {
				t.Fatal("all was indexed before the server was killed")
			}

			server.Restart()
			a.sends.Verify(t, a.writer)
			load, searches = a.sends.Start(t, a.writer, 2), a.startSearches(t)
			await.Within(t, endDeadline, "the new index has all", func() bool {
				return a.holds(t, a.archiveIndexed()+" AND "+a.kind.built)
			})
			if !strings.Contains(server.Logs(), "the search index is being filled") {
				t.Error("after the kill the index was not filled in bulk")
			}
			searches.Await(20)
			load.Stop()
			searches.Stop()
			a.sends.Verify(t, a.writer)
			if !a.holds(t, "EXISTS (SELECT 1 FROM search_positions)") {
				t.Error("the older index is gone: it was to stand until the version after this one")
			}
		})
	}
}

// indexAnew is a server with a large chat (the archive) and a small one, and its clients.
type indexAnew struct {
	kind           databaseKind
	settings       []string
	reader, writer *testkit.Client
	archive        string
	sends          *testkit.Sends
	small, user    string
}

// fill creates the chats, and by SQL the messages of the archive: "камень" and a number.
func (a *indexAnew) fill(t *testing.T, server *testkit.Process) {
	t.Helper()
	a.writer, a.reader = server.As(t, "writer"), server.As(t, "reader")
	a.sends = testkit.NewSends(a.writer, chats)
	a.small = a.reader.CreateChat("small")
	a.user = a.reader.Join(a.small, "reader")
	for i := range perChat {
		a.reader.Send(a.small, a.user, []string{"новые рестораны", "в ресторане", "у ресторана"}[i%3])
	}
	a.archive = a.reader.CreateChat("archive")
	a.reader.Send(a.archive, a.reader.Join(a.archive, "reader"), "камень 0")
	testkit.ExecuteSQL(t, a.settings, fmt.Sprintf(`
		WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < %d)
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, text)
		SELECT chat_id, seq + n, kind, created_at, account_id, user_id, %s, 'камень ' || n
		FROM numbers CROSS JOIN events WHERE chat_id = {%s} AND kind = 1`, archived, a.kind.newID, a.archive))
	testkit.ExecuteSQL(t, a.settings, `
		UPDATE chats SET last_seq = (SELECT max(seq) FROM events e WHERE e.chat_id = chats.chat_id) WHERE chat_id = {`+a.archive+"}")
}

// makeOlder indexes all messages, and turns the index into one of an older version, with other words.
func (a *indexAnew) makeOlder(t *testing.T, server *testkit.Process) {
	t.Helper()
	a.requireFound(t, "камня 77", 1)
	if code := server.Terminate(); code != 0 {
		t.Fatalf("want exit code 0, got %d:\n%s", code, server.Logs())
	}
	testkit.ExecuteSQL(t, a.settings, "UPDATE search_versions SET version = '"+olderVersion+"'")
	testkit.ExecuteSQL(t, a.settings, a.kind.spoil)
	if !a.holds(t, "(SELECT seq FROM search_positions WHERE chat_id = ARCHIVE) >= ALL_OF_IT") {
		t.Fatal("the older index lacks messages")
	}
}

// startSearches searches for old messages of the small chat, one of the archive, and one that was just sent.
func (a *indexAnew) startSearches(t *testing.T) *testkit.Load {
	t.Helper()
	return testkit.StartLoad(t, 3, func(worker, n int) bool {
		switch worker {
		case 0:
			return a.find(t, "ресторанами", perChat)
		case 1:
			return a.find(t, fmt.Sprint("камня ", (n*7919+n)%archived), 1)
		default:
			word := fmt.Sprintf("new%dx%d", time.Now().UnixNano(), n)
			answer, err := a.reader.Try(http.MethodPost, testkit.MessagesPath(a.small, a.user), map[string]string{"message": word})
			return err == nil && answer.Status == http.StatusCreated && a.find(t, word, 1)
		}
	})
}

func (a *indexAnew) requireFound(t *testing.T, text string, want int) {
	t.Helper()
	if !a.find(t, text, want) {
		t.Fatalf("the search for %q came to no end", text)
	}
}

// find searches and compares the number of results. It reports whether the search ended; the server may be
// killed meanwhile.
func (a *indexAnew) find(t *testing.T, text string, want int) bool {
	answer, err := a.reader.Try(http.MethodPost, "/v1/chats/search", messenger.SearchCreation{Message: text})
	if err != nil || answer.Status != http.StatusCreated {
		return false
	}
	task := answer.Field("task_id")
	for status := ""; status != "SUCCESS"; status = answer.Field("status") {
		if answer, err = a.reader.Try(http.MethodGet, testkit.StatusPath(task), nil); err != nil || answer.Status != http.StatusOK {
			return false
		}
		if answer.Field("status") == "FAILED" {
			t.Errorf("the search for %q has failed", text)
			return false
		}
	}
	answer, err = a.reader.Try(http.MethodGet, testkit.ResultsPath(task, 100, ""), nil)
	if err != nil || answer.Status != http.StatusOK {
		return false
	}
	var page messenger.SearchPage
	answer.Decode(&page)
	if len(page.Messages) != want {
		t.Errorf("%q is found in %d messages, want %d", text, len(page.Messages), want)
	}
	return true
}

// archiveIndexed reports whether the new index has all of the archive.
func (a *indexAnew) archiveIndexed() string {
	return "coalesce((SELECT seq FROM search_positionsNEW WHERE chat_id = ARCHIVE), 0) >= ALL_OF_IT"
}

// holds evaluates a condition in the database.
func (a *indexAnew) holds(t *testing.T, condition string) bool {
	t.Helper()
	return testkit.HoldsSQL(t, a.settings, strings.NewReplacer("NEW", "_"+words.Version(), "ARCHIVE", "{"+a.archive+"}",
		"ALL_OF_IT", "(SELECT last_seq FROM chats WHERE chat_id = {"+a.archive+"})").Replace(condition))
}
