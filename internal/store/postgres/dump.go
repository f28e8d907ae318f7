package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"messenger-api/internal/messenger"
	"messenger-api/internal/store"
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

// withoutDeadline removes the timeouts for the current transaction.
const withoutDeadline = `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`

// Dump writes all rows, as of one snapshot. It blocks no reader and no writer.
func (s *Store) Dump(ctx context.Context, w *transfer.Writer) error {
	if err := s.CheckSchema(ctx, false); err != nil {
		return err
	}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, withoutDeadline, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		return dump(ctx, tx, w)
	})
}

// CheckSchema returns a *store.SchemaError where the schema is older than this binary, or
// newer and newerToo is false, as for an export, which would miss newer columns.
func (s *Store) CheckSchema(ctx context.Context, newerToo bool) error {
	var found, known int64
	err := s.withProvider(ctx, func(provider *goose.Provider) (err error) {
		found, known, err = provider.GetVersions(ctx)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case found < known, found > known && !newerToo:
		return &store.SchemaError{Found: found, Want: known}
	}
	return nil
}

func dump(ctx context.Context, tx pgx.Tx, w *transfer.Writer) error {
	var counts transfer.Counts
	err := tx.QueryRow(ctx, dumpCounts).
		Scan(&counts.Accounts, &counts.Sessions, &counts.Chats, &counts.Users, &counts.Events)
	if err != nil {
		return fmt.Errorf("count the rows: %w", err)
	}
	if err := w.Counts(counts); err != nil {
		return err
	}
	for _, table := range []struct {
		query string
		row   func(pgx.Rows) error
	}{
		{dumpAccounts, func(rows pgx.Rows) error { return dumpAccount(rows, w) }},
		{dumpSessions, func(rows pgx.Rows) error { return dumpSession(rows, w) }},
		{dumpChats, func(rows pgx.Rows) error { return dumpChat(rows, w) }},
		{dumpUsers, func(rows pgx.Rows) error { return dumpUser(rows, w) }},
		{dumpEvents, func(rows pgx.Rows) error { return dumpEvent(rows, w) }},
	} {
		if err := eachRow(ctx, tx, table.query, table.row); err != nil {
			return fmt.Errorf("read the rows: %w", err)
		}
	}
	return w.Close()
}

// eachRow streams the rows: they are never all in memory.
func eachRow(ctx context.Context, tx pgx.Tx, query string, take func(pgx.Rows) error) error {
	rows, err := tx.Query(ctx, query)
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

func dumpAccount(rows pgx.Rows, w *transfer.Writer) error {
	account, err := scanAccount(rows)
	if err != nil {
		return err
	}
	return w.Account(&account)
}

func dumpSession(rows pgx.Rows, w *transfer.Writer) error {
	hash, session, err := scanSession(rows)
	if err != nil {
		return err
	}
	return w.Session(&transfer.Session{Session: session, Hash: hash})
}

func dumpChat(rows pgx.Rows, w *transfer.Writer) error {
	var c messenger.Chat
	if err := rows.Scan((*[16]byte)(&c.ID), &c.Name, (*[16]byte)(&c.CreatedBy), &c.CreatedAt, &c.LastSeq); err != nil {
		return err
	}
	return w.Chat(&c)
}

func dumpUser(rows pgx.Rows, w *transfer.Writer) error {
	var u messenger.User
	err := rows.Scan((*[16]byte)(&u.ChatID), (*[16]byte)(&u.ID), (*[16]byte)(&u.AccountID), &u.Name, &u.CreatedAt)
	if err != nil {
		return err
	}
	return w.User(&u)
}

func dumpEvent(rows pgx.Rows, w *transfer.Writer) error {
	var e transfer.Event
	var user, message *[16]byte
	err := rows.Scan((*[16]byte)(&e.ChatID), &e.Seq, &e.Kind, &e.CreatedAt, (*[16]byte)(&e.AccountID), &user, &message,
		&e.ClientMessageID, &e.Text)
	if err != nil {
		return err
	}
	if user != nil {
		e.UserID = *user
	}
	if message != nil {
		e.MessageID = *message
	}
	return w.Event(&e)
}
