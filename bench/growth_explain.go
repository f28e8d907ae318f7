package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/words"
)

// recordedStatement is a statement that the store ran.
type recordedStatement struct {
	sql       string
	arguments []any
}

// statementRecorder is a tracer of the driver that keeps the statements.
type statementRecorder struct{ statements []recordedStatement }

func (r *statementRecorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.add(data.SQL, data.Args)
	return ctx
}

func (r *statementRecorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *statementRecorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, query := range data.Batch.QueuedQueries {
		r.add(query.SQL, query.Arguments)
	}
	return ctx
}

func (r *statementRecorder) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *statementRecorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (r *statementRecorder) add(sql string, arguments []any) {
	r.statements = append(r.statements, recordedStatement{sql, arguments})
}

// plannedAsServer are the settings with which the server's connections plan.
var plannedAsServer = []string{"SET jit = off", "SET plan_cache_mode = force_generic_plan"}

// explain prints what PostgreSQL does for a page, for a send that is repeated and for searches: the plans of the
// statements that the store runs, with their arguments.
func (g *grown) explain(ctx context.Context, w io.Writer) (err error) {
	var recorder statementRecorder
	config := g.database.postgres
	store, err := postgres.Open(postgres.Options{
		Hosts: []postgres.Host{{Name: config.Host, Port: config.Port}}, User: config.User, Password: config.Password,
		Database: config.Database, SSLMode: "prefer", PoolSize: 2, Tracer: &recorder,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx))
	for _, setting := range plannedAsServer {
		if _, err := connection.Exec(ctx, setting); err != nil {
			return err
		}
	}
	known := map[string]bool{}
	for _, one := range g.explained(store) {
		recorder.statements = nil
		if err := one.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		for _, statement := range recorder.statements {
			if known[statement.sql] || !strings.Contains(statement.sql, "FROM") && !strings.Contains(statement.sql, "INTO") {
				continue
			}
			known[statement.sql] = true
			if err := explainStatement(ctx, w, connection, one.name, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

type explainedCall struct {
	name string
	run  func(ctx context.Context) error
}

func (g *grown) explained(store *postgres.Store) []explainedCall {
	chat := g.id(chatID, 0, 0)
	account := g.id(accountID, hundred, 0)
	var page []messenger.Message
	find := func(name, text string) explainedCall {
		return explainedCall{"a search for " + name, func(ctx context.Context) error {
			criteria := search.Criteria{Query: words.ParseQuery(text), From: search.BeforeAll()}
			_, _, err := search.Find(ctx, store, account, criteria, 1000)
			return err
		}}
	}
	return []explainedCall{
		{"a page of 50 in the middle of the largest chat", func(ctx context.Context) (err error) {
			page, err = store.Messages(ctx, chat, int64(g.messages/10), pageLimit, 1<<20)
			return err
		}},
		{"a send that is repeated", func(ctx context.Context) error {
			_, err := store.AppendMessages(ctx, page[:1])
			return err
		}},
		find("a common word", commonWord), find("a rare word", rareWord),
	}
}

func explainStatement(ctx context.Context, w io.Writer, connection *pgx.Conn, name string, statement recordedStatement) error {
	const prepared = "explained"
	description, err := connection.Prepare(ctx, prepared, statement.sql)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", statement.sql, err)
	}
	literals := make([]string, len(statement.arguments))
	for i, argument := range statement.arguments {
		if literals[i], err = literal(connection, description.ParamOIDs[i], argument); err != nil {
			return fmt.Errorf("argument %d of %s: %w", i+1, statement.sql, err)
		}
	}
	call := "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE " + prepared
	if len(literals) > 0 {
		call += "(" + strings.Join(literals, ", ") + ")"
	}
	tx, err := connection.Begin(ctx)
	if err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, call, pgx.QueryExecModeSimpleProtocol) // CollectRows returns its error
	lines, explained := pgx.CollectRows(rows, pgx.RowTo[string])
	if explained != nil { // as of the insertion of what is stored
		lines = []string{"refused: " + explained.Error()}
	}
	fmt.Fprintf(w, "\n%s:\n\n%s\n\n%s\n", name, indented(statement.sql), indented(strings.Join(lines, "\n")))
	// What the statement did is undone.
	return errors.Join(tx.Rollback(ctx), connection.Deallocate(ctx, prepared))
}

// literal writes an argument of the type as SQL.
func literal(connection *pgx.Conn, oid uint32, argument any) (string, error) {
	text, err := connection.TypeMap().Encode(oid, pgtype.TextFormatCode, argument, []byte{})
	if err != nil || text == nil {
		return "NULL", err
	}
	return "'" + strings.ReplaceAll(string(text), "'", "''") + "'", nil
}

// indented makes a block of code in Markdown.
func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.Trim(text, "\n"), "\n", "\n    ")
}
