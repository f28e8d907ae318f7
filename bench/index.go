package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/bench/corpus"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
	"messenger-api/internal/words"
)

// indexedStore is a store on the server's database, for its index.
type indexedStore interface {
	search.Store
	Migrate(ctx context.Context) error
	Close() error
}

func (a *archive) openStore(ctx context.Context) (indexedStore, error) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if a.database.postgres == nil {
		return sqlite.Open(ctx, sqlite.Options{Directory: a.database.directory, LockWait: 20 * time.Second}, log)
	}
	to := a.database.postgres
	return postgres.Open(postgres.Options{
		Hosts: []postgres.Host{{Name: to.Host, Port: to.Port}}, User: to.User, Password: to.Password, Database: to.Database,
		SSLMode: "prefer", PoolSize: 10,
	}, log)
}

// index indexes all messages at full speed, by the account that is in all chats, and then searches for
// words.
func (a *archive) index(ctx context.Context, o searchOptions) (err error) {
	opened, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if err := opened.Migrate(ctx); err != nil {
		return err
	}
	before, err := a.bytes(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	indexer := search.NewIndexer(opened, search.Options{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err := indexer.CatchUp(ctx, a.everywhere(), messenger.ID{}); err != nil {
		return err
	}
	took := time.Since(began)
	a.figures.add("indexing, a message", "%.0f µs", float64(took.Microseconds())/float64(o.messages))
	after, err := a.bytes(ctx)
	if err != nil {
		return err
	}
	a.figures.add("messages and their indexes, without and with search", "%d MB, %d MB", before>>20, after>>20)
	if a.database.postgres != nil {
		if err := execute(ctx, a.database.postgres, "VACUUM (ANALYZE) search_index"); err != nil {
			return err
		}
	}
	if err := a.query(ctx, opened, "query", o.tasks); err != nil {
		return err
	}
	if o.compare && a.database.postgres != nil {
		return a.compareIndexes(ctx, opened, o)
	}
	return nil
}

// query measures the search in the index alone.
func (a *archive) query(ctx context.Context, in search.Index, name string, count int) error {
	texts := corpus.New(3)
	random := rand.New(rand.NewPCG(4, 5))
	var times []time.Duration
	found := 0
	everywhere := a.everywhere()
	for range count {
		by := a.members[random.IntN(len(a.members))].account
		for by == everywhere {
			by = a.members[random.IntN(len(a.members))].account
		}
		query := words.ParseQuery(texts.Query())
		began := time.Now()
		results, _, err := search.Find(ctx, in, by, search.Criteria{Query: query, From: search.BeforeAll()}, 1000)
		if err != nil && !errors.Is(err, search.ErrTooSlow) { // the time until it is too slow counts, too
			return fmt.Errorf("%s: %w", name, err)
		}
		times = append(times, time.Since(began))
		found += len(results)
	}
	a.figures.add(name, "%s, %.1f results", spread(times), float64(found)/float64(count))
	return nil
}

// compareIndexes measures the same queries with another kind of index, and with none.
func (a *archive) compareIndexes(ctx context.Context, in search.Index, o searchOptions) error {
	connection, err := pgx.ConnectConfig(ctx, a.database.postgres)
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx))
	var name, definition string
	err = connection.QueryRow(ctx, `SELECT indexname, indexdef FROM pg_indexes
		WHERE tablename = 'search_index' AND indexdef ~ 'USING (gin|gist)'`).Scan(&name, &definition)
	if err != nil {
		return err
	}
	for _, kind := range []string{"gin", "gist", ""} {
		statements := []string{"DROP INDEX IF EXISTS " + name}
		if kind != "" {
			statements = append(statements, fmt.Sprintf("CREATE INDEX %s ON search_index USING %s (words)", name, kind), "ANALYZE search_index")
		}
		began := time.Now()
		for _, statement := range statements {
			if _, err := connection.Exec(ctx, statement); err != nil {
				return err
			}
		}
		count, title := o.tasks, "query with "+kind
		if kind == "" {
			count, title = min(o.tasks, 20), "query without an index"
		} else {
			var bytes int64
			if err := connection.QueryRow(ctx, "SELECT pg_relation_size($1::text::regclass)", name).Scan(&bytes); err != nil {
				return err
			}
			a.figures.add("size and building of "+kind, "%d MB, %.0f s", bytes>>20, time.Since(began).Seconds())
		}
		if err := a.query(ctx, in, title, count); err != nil {
			return err
		}
	}
	_, err = connection.Exec(ctx, definition)
	return err
}

// bytes is the size of the database.
func (a *archive) bytes(ctx context.Context) (total int64, err error) {
	if a.database.postgres != nil {
		err = a.database.sql.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&total)
		return total, err
	}
	for _, name := range []string{"messenger.db", "messenger.db-wal"} {
		info, err := os.Stat(filepath.Join(a.database.directory, name))
		if err == nil {
			total += info.Size()
		}
	}
	return total, nil
}

// everywhere is the account that is in all chats.
func (a *archive) everywhere() messenger.ID {
	counts := map[messenger.ID]int{}
	var most messenger.ID
	for _, one := range a.members {
		counts[one.account]++
		if counts[one.account] > counts[most] {
			most = one.account
		}
	}
	return most
}
