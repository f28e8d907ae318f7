package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The database of the cost tests, with sizes as unequal as in production. Chat 1 has 100,000
// messages of 10,000 users, chats 2 to 21 have 5,000 of 200, the other 5,000 have 10
// of 2. Account 1 is in every chat, account 2 has 3,000 names in chat 1. Rows are
// inserted in the order of their times. id(kind, n) is an id: of account
// n (kind 1), session (2), chat (3), task (6); user u of chat c is id(4, c * 100000 + u), its message
// seq id(5, c * 1000000 + seq).
var unequalFunctions = []string{
	`CREATE FUNCTION id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || n)::uuid $$`,
	`CREATE FUNCTION id_at(n bigint, at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
		SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || right(md5('5 ' || n), 20))::uuid $$`,
	`CREATE FUNCTION account_of(chat bigint, u bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
		SELECT id(1, CASE WHEN u = 1 THEN 1 WHEN chat = 1 AND u <= 3001 THEN 2 ELSE (chat * 7 + u) % 10000 + 3 END) $$`,
	`CREATE FUNCTION stored_id(chat bigint, m bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
		SELECT message_id FROM events WHERE chat_id = id(3, chat) AND seq = m $$`,
	`CREATE FUNCTION number_of(chat bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
		SELECT chat_number FROM search_positions WHERE chat_id = id(3, chat) $$`,
	`CREATE FUNCTION prefix(chat bigint, block bigint) RETURNS text LANGUAGE sql STABLE AS $$
		SELECT to_hex(number_of(chat)) || CASE WHEN block > 0 THEN '.' || to_hex(block) ELSE '' END $$`,
	`CREATE FUNCTION prefixes(chat bigint, blocks int) RETURNS text[] LANGUAGE sql STABLE AS $$
		SELECT array_agg(prefix(chat, n)) FROM generate_series(0, blocks - 1) n $$`,
	`CREATE FUNCTION firsts(blocks int) RETURNS bigint[] LANGUAGE sql STABLE AS $$
		SELECT array_agg(n * 4096) FROM generate_series(0::bigint, blocks - 1) n $$`,
	`CREATE FUNCTION lasts(blocks int) RETURNS bigint[] LANGUAGE sql STABLE AS $$
		SELECT array_agg(n * 4096 + 4095) FROM generate_series(0::bigint, blocks - 1) n $$`,
	`CREATE TABLE sizes AS SELECT n AS chat, CASE WHEN n = 1 THEN 100000 WHEN n <= 21 THEN 5000 ELSE 10 END AS messages,
		CASE WHEN n = 1 THEN 10000 WHEN n <= 21 THEN 200 ELSE 2 END AS users FROM generate_series(1::bigint, 5021) n`,
}

// firstDay fills the small database of which the outdated statistics are: each chat has one user
// and one message.
var firstDay = []string{
	`INSERT INTO accounts SELECT id(1, n), 'name' || lpad(n::text, 6, '0'), 'hash', now() FROM generate_series(1, 500) n`,
	`INSERT INTO sessions SELECT sha256(n::text::bytea), id(2, n), id(1, n), now(), now() + interval '1 hour', NULL, '', ''
		FROM generate_series(1, 500) n`,
	`INSERT INTO chats SELECT id(3, chat), 'name', id(1, 1), now(), messages FROM sizes`,
	`INSERT INTO chat_users SELECT id(3, chat), id(4, chat * 100000 + 1), account_of(chat, 1), 'user1', now() FROM sizes`,
	`INSERT INTO events SELECT id(3, chat), 1, 1, now(), account_of(chat, 1), id(4, chat * 100000 + 1), id_at(chat * 1000000 + 1, now()),
		'key1', 'text' FROM sizes`,
}

// growth adds the rest. Of the sessions of account 1 a third has expired.
var growth = []string{
	`INSERT INTO accounts SELECT id(1, n), 'name' || lpad(n::text, 6, '0'), 'hash', now() FROM generate_series(501, 10002) n`,
	`INSERT INTO sessions SELECT sha256(n::text::bytea), id(2, n), id(1, CASE WHEN n % 2 = 0 THEN 1 ELSE n / 2 END),
		now() - n * interval '1 second', now() + (CASE WHEN n % 3 = 0 THEN -n ELSE n END) * interval '1 second',
		CASE WHEN n % 5 = 0 THEN now() - n * interval '1 second' END, '', '' FROM generate_series(501, 20000) n`,
	`INSERT INTO chat_users SELECT id(3, chat), id(4, chat * 100000 + u), account_of(chat, u), 'user' || u, now()
		FROM sizes, generate_series(2, users) u ORDER BY md5(chat || ' ' || u)`,
	`INSERT INTO events SELECT id(3, chat), m, 1, at, account_of(chat, m % users + 1), id(4, chat * 100000 + m % users + 1),
			id_at(chat * 1000000 + m, at), CASE WHEN m % 2 = 1 THEN 'key' || m END, repeat('text ', 20)
		FROM (
			SELECT *, now() - interval '1 year' + (m + (hashint8(chat * m) & 1023) / 1024.0) / (messages + 2) * interval '1 year' AS at
			FROM sizes, generate_series(2, messages) m
		) m ORDER BY at`,
	`INSERT INTO search_tasks (task_id, account_id, text, user_name, created_at, confirmed, status, ended_at)
		SELECT id(6, n), id(1, CASE WHEN n % 2 = 0 THEN 1 ELSE n END), 'text', '', now() - n * interval '1 second', n % 10 > 0,
			CASE WHEN n % 4 > 0 THEN 3 ELSE 1 END, CASE WHEN n % 4 > 0 AND n % 10 > 0 THEN now() - n * interval '1 second' END
		FROM generate_series(1, 10000) n`,
	`INSERT INTO search_results (task_id, attempt, created_at, message_id, chat_id, seq)
		SELECT id(6, n), 1, m, id(5, m), id(3, 1), m FROM generate_series(1, 50) n, generate_series(1, 1000) m`,
	`INSERT INTO search_positions (chat_id, seq, newest_at) SELECT id(3, chat), messages - chat % 2, 0 FROM sizes WHERE chat % 3 > 0`,
	// Every message has all, one in 8 common, one in 2500 rare.
	`INSERT INTO search_index SELECT p.chat_number, m, m, m, id(5, chat * 1000000 + m),
			array_to_tsvector(ARRAY[prefix || '|all'] || CASE WHEN m % 8 = 0 THEN ARRAY[prefix || '|common'] END ||
				CASE WHEN m % 2500 = 1 THEN ARRAY[prefix || '|rare'] END)
		FROM sizes JOIN search_positions p ON p.chat_id = id(3, chat), generate_series(1, p.seq) m,
			LATERAL (SELECT to_hex(p.chat_number) || CASE WHEN m >= 4096 THEN '.' || to_hex(m / 4096) ELSE '' END AS prefix) x
		WHERE chat <= 7 OR chat > 4000 ORDER BY m::float8 / messages`,
}

// noStatistics removes the statistics, as before the first ANALYZE.
var noStatistics = []string{
	`DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
	`UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
}

// withoutAutovacuum keeps autovacuum from changing the statistics.
const withoutAutovacuum = `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = off)', name);
	END LOOP; END $$`

func executeAll(t *testing.T, connection *pgx.Conn, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := connection.Exec(context.WithoutCancel(t.Context()), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
