package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"messenger-api/internal/messenger"
	"messenger-api/internal/transfer"
)

// The statements of an export, each in the order of its table's primary key.
const (
	dumpCounts = `
		SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM sessions), (SELECT count(*) FROM chats),
			(SELECT count(*) FROM chat_users), (SELECT count(*) FROM events)`
	dumpAccounts = `
		SELECT account_id, user_name, password_hash, created_at, disabled_at FROM accounts ORDER BY account_id`
	dumpSessions = `
		SELECT token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent
		FROM sessions ORDER BY token_hash`
	dumpChats = `
		SELECT chat_id, chat_name, created_by, created_at, last_seq FROM chats ORDER BY chat_id`
	dumpUsers = `
		SELECT chat_id, user_id, account_id, user_name, created_at FROM chat_users ORDER BY chat_id, user_id`
	dumpEvents = `
		SELECT chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text
		FROM events ORDER BY chat_id, seq`
)

// Dump writes all rows of the database in the directory, as of one snapshot. Another process may
// serve from the directory meanwhile; its write-ahead log can't be truncated until the end.
func Dump(ctx context.Context, directory string, w *transfer.Writer) (err error) {
	path, lock, err := lockDatabase(ctx, directory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	database, err := readFile(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	// A transaction's snapshot is taken at its first read.
	tx, err := database.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	err = dump(ctx, tx, w)
	return rollBack(tx, err)
}

func dump(ctx context.Context, tx *sql.Tx, w *transfer.Writer) error {
	if err := checkSchema(ctx, tx, false); err != nil {
		return err
	}
	var counts transfer.Counts
	err := tx.QueryRowContext(ctx, dumpCounts).
		Scan(&counts.Accounts, &counts.Sessions, &counts.Chats, &counts.Users, &counts.Events)
	if err != nil {
		return fmt.Errorf("count the rows: %w", err)
	}
	if err := w.Counts(counts); err != nil {
		return err
	}
	for _, table := range []struct {
		query string
		row   func(*sql.Rows) error
	}{
		{dumpAccounts, func(rows *sql.Rows) error { return dumpAccount(rows, w) }},
		{dumpSessions, func(rows *sql.Rows) error { return dumpSession(rows, w) }},
		{dumpChats, func(rows *sql.Rows) error { return dumpChat(rows, w) }},
		{dumpUsers, func(rows *sql.Rows) error { return dumpUser(rows, w) }},
		{dumpEvents, func(rows *sql.Rows) error { return dumpEvent(rows, w) }},
	} {
		if err := eachRow(ctx, tx, table.query, table.row); err != nil {
			return fmt.Errorf("read the rows: %w", err)
		}
	}
	return w.Close()
}

func eachRow(ctx context.Context, tx *sql.Tx, query string, take func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func dumpAccount(rows *sql.Rows, w *transfer.Writer) error {
	account, err := scanAccount(rows)
	if err != nil {
		return err
	}
	return w.Account(&account)
}

func dumpSession(rows *sql.Rows, w *transfer.Writer) error {
	hash, session, err := scanSession(rows)
	if err != nil {
		return err
	}
	return w.Session(&transfer.Session{Session: session, Hash: hash})
}

func dumpChat(rows *sql.Rows, w *transfer.Writer) error {
	var c messenger.Chat
	if err := rows.Scan(blob{c.ID[:]}, &c.Name, blob{c.CreatedBy[:]}, moment{&c.CreatedAt}, &c.LastSeq); err != nil {
		return err
	}
	return w.Chat(&c)
}

func dumpUser(rows *sql.Rows, w *transfer.Writer) error {
	var u messenger.User
	if err := rows.Scan(blob{u.ChatID[:]}, blob{u.ID[:]}, blob{u.AccountID[:]}, &u.Name, moment{&u.CreatedAt}); err != nil {
		return err
	}
	return w.User(&u)
}

func dumpEvent(rows *sql.Rows, w *transfer.Writer) error {
	var e transfer.Event
	err := rows.Scan(blob{e.ChatID[:]}, &e.Seq, &e.Kind, moment{&e.CreatedAt}, blob{e.AccountID[:]},
		blobOrNull{e.UserID[:]}, blobOrNull{e.MessageID[:]}, &e.ClientMessageID, &e.Text)
	if err != nil {
		return err
	}
	return w.Event(&e)
}
