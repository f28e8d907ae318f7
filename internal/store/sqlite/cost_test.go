package sqlite

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"messenger-api/internal/store/storetest"
)

// The steps of SQLite's virtual machine that a statement may take, and the pages that it may read: a base, and some for each
// row that it needs.
const (
	baseSteps, stepsPerRow = 300, 80
	basePages, pagesPerRow = 60, 16
)

// The database of the cost tests, with sizes as unequal as in production, as in the tests of PostgreSQL: chat 1 has
// 100,000 messages of 10,000 users, chats 2 to 21 have 5,000 of 200, the other 1,000 have 10 of 2. Account 1 is in
// every chat, account 2 has 3,000 names in chat 1. Rows are inserted in the order of their times. id(kind, n) is an
// id: of account n (kind 1), session (2), chat (3), user (4), message (5), task (6).
const unequal = `
	CREATE TABLE numbers (n INTEGER PRIMARY KEY);
	INSERT INTO numbers WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 100000) SELECT n FROM r;
	CREATE TABLE sizes (chat INTEGER PRIMARY KEY, messages, users);
	INSERT INTO sizes SELECT n, CASE WHEN n = 1 THEN 100000 WHEN n <= 21 THEN 5000 ELSE 10 END,
		CASE WHEN n = 1 THEN 10000 WHEN n <= 21 THEN 200 ELSE 2 END FROM numbers WHERE n <= 1021;
	INSERT INTO accounts SELECT id(1, n), printf('name%06d', n), 'hash', 0, NULL FROM numbers WHERE n <= 10002;
	INSERT INTO sessions SELECT id(7, n), id(2, n), id(1, CASE WHEN n % 2 = 0 THEN 1 ELSE n / 2 + 1 END), n,
		1000000 + CASE WHEN n % 3 = 0 THEN -n ELSE n END, CASE WHEN n % 5 = 0 THEN n END, '', '' FROM numbers WHERE n <= 20000;
	INSERT INTO chats SELECT id(3, chat), '', id(1, 1), 0, messages FROM sizes;
	INSERT INTO chat_users SELECT id(3, chat), id(4, chat * 100000 + n),
		id(1, CASE WHEN n = 1 THEN 1 WHEN chat = 1 AND n <= 3001 THEN 2 ELSE (chat * 7 + n) % 10000 + 3 END), 'user' || n, 0
		FROM sizes, numbers WHERE n <= users;
	INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT id(3, chat), n, 1, n, u.account_id, u.user_id, id(5, chat * 1000000 + n), CASE WHEN n % 2 = 1 THEN 'key' || n END, 'text'
		FROM sizes, numbers, chat_users u ON u.chat_id = id(3, chat) AND u.user_id = id(4, chat * 100000 + n % users + 1)
		WHERE n <= messages ORDER BY n * 1.0 / messages;
	INSERT INTO search_tasks (task_id, account_id, text, user_name, created_at, confirmed, status, ended_at)
		SELECT id(6, n), id(1, n % 10000 + 1), '', '', n, n % 10 > 0, CASE WHEN n % 4 > 0 THEN 3 ELSE 1 END,
			CASE WHEN n % 4 > 0 AND n % 10 > 0 THEN n END FROM numbers WHERE n <= 10000;
	INSERT INTO search_positions (chat_number, chat_id, seq, newest_at) SELECT chat, id(3, chat), messages, messages FROM sizes
		WHERE chat % 3 > 0;
	INSERT INTO search_index (rowid, words, created_at, newest_at, message_id)
		SELECT (chat << 32) + n, chat || '·all' || CASE WHEN n % 8 = 0 THEN ' ' || chat || '·common' ELSE '' END ||
			CASE WHEN n % 2500 = 1 THEN ' ' || chat || '·rare' ELSE '' END, n, n, id(5, chat * 1000000 + n)
		FROM sizes CROSS JOIN numbers WHERE chat % 3 > 0 AND (chat <= 2 OR chat > 900) AND n <= messages;
	INSERT INTO search_results SELECT id(6, t.n), 1, m.n, id(5, m.n), id(3, 1), m.n FROM numbers t, numbers m WHERE t.n <= 20 AND m.n <= 1000;`

var idCall = regexp.MustCompile(`id\((\d), ((?:[^()]|\([^()]*\))*)\)`)

// withIDs expands the calls of id.
func withIDs(sql string) string {
	return idCall.ReplaceAllString(sql, "unhex(printf('%02x%030x', $1, $2))")
}

// TestStatementsCostWhatTheyReturn runs statements on a database with chats and accounts of very different sizes:
// without statistics, with those of an ANALYZE when it was small, and with current ones.
func TestStatementsCostWhatTheyReturn(t *testing.T) {
	t.Parallel()
	for _, analyzed := range []string{"never", "later"} {
		t.Run("analyzed "+analyzed, func(t *testing.T) {
			t.Parallel()
			directory := t.TempDir()
			statements := storetest.Statements(t)
			if err := open(t, directory).Close(); err != nil {
				t.Fatal(err)
			}
			database := openCounting(t, filepath.Join(directory, fileName))
			database.exec("PRAGMA synchronous = OFF; BEGIN;" + withIDs(unequal) + "COMMIT")
			if analyzed == "later" {
				database.exec("ANALYZE")
			}
			for name, cases := range costs {
				for _, one := range cases {
					if statements[name] == "" {
						t.Fatalf("%s is no statement of the package", name)
					}
					statement := withArguments(t, statements[name], one.arguments)
					database.exec("BEGIN")
					steps, pages := database.steps(withIDs(statement))
					database.exec("ROLLBACK")
					t.Logf("%s(%s): %d steps, %d pages for %d rows", name, one.arguments, steps, pages, one.rows)
					if steps > baseSteps+stepsPerRow*one.rows || pages > basePages+pagesPerRow*one.rows {
						t.Errorf("%s(%s), which is for %d rows, takes %d steps and reads %d pages", name, one.arguments, one.rows, steps, pages)
					}
				}
			}
		})
	}
}

var placeholders = regexp.MustCompile(`\?(\d*)`)

// withArguments replaces the statement's parameters by arguments, which are separated by semicolons.
func withArguments(t *testing.T, statement, arguments string) string {
	t.Helper()
	values, next := strings.Split(arguments, ";"), 0
	return placeholders.ReplaceAllStringFunc(statement, func(parameter string) string {
		next++
		number := next
		if parameter != "?" {
			number, _ = strconv.Atoi(parameter[1:]) // digits, as the expression says
		}
		if number > len(values) {
			t.Fatal(fmt.Errorf("no argument %d for %s", number, statement))
		}
		return strings.TrimSpace(values[number-1])
	})
}
