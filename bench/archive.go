package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/bench/corpus"
	"messenger-api/client"
	"messenger-api/internal/messenger"
)

// archive is a database with messages, and the accounts that search in it.
type archive struct {
	lab      *lab
	database *database
	searcher []*speaker
	members  []member
	figures  searchFigures
}

// member is a user of a chat.
type member struct{ chat, user, account messenger.ID }

// newArchive creates accounts and chats by the API, and inserts the messages by SQL, which takes a
// minute for a million.
func newArchive(ctx context.Context, l *lab, target searchTarget, o searchOptions) (*archive, error) {
	opened, err := target.open(ctx, l, target.name)
	if err != nil {
		return nil, err
	}
	a := &archive{lab: l, database: opened}
	l.note("%s: make %d chats", target.name, o.chats)
	server, err := l.startServer(ctx, target.name, "warn", &database{settings: append(opened.settings, "APPS=auth,api")})
	if err != nil {
		return nil, err
	}
	if err := a.settle(ctx, server.address, o); err != nil {
		return nil, server.explain(err)
	}
	if err := server.stop(); err != nil {
		return nil, err
	}
	l.note("%s: write %d messages", target.name, o.messages)
	if err := a.fill(ctx, o.messages); err != nil {
		return nil, fmt.Errorf("fill the chats: %w", err)
	}
	l.note("%s: index them", target.name)
	return a, a.index(ctx, o)
}

// settle registers the accounts and lets each join its chats; the first one joins all.
func (a *archive) settle(ctx context.Context, address string, o searchOptions) error {
	a.searcher = make([]*speaker, o.accounts)
	err := inParallel(ctx, logInsAtOnce, o.accounts, func(ctx context.Context, i int) (err error) {
		a.searcher[i], err = newSpeaker(ctx, address, fmt.Sprintf("searcher-%d", i))
		return err
	})
	if err != nil {
		return err
	}
	return inParallel(ctx, callsAtOnce, o.chats, func(ctx context.Context, i int) error {
		first := a.searcher[0]
		made, err := first.api.CreateChatWithResponse(ctx, client.ChatCreation{ChatName: fmt.Sprintf("chat-%d", i)})
		if err != nil || made.StatusCode() != http.StatusCreated {
			return refused("create a chat", made, err)
		}
		if _, err := first.join(ctx, made.JSON201.ChatID); err != nil {
			return err
		}
		for place := range o.accounts * o.chatsEach / o.chats {
			if _, err := a.searcher[(i*7+place*13)%o.accounts].join(ctx, made.JSON201.ChatID); err != nil {
				return err
			}
		}
		return nil
	})
}

// eventColumns are those of a message, in the order of row.
var eventColumns = []string{"chat_id", "seq", "kind", "created_at", "account_id", "user_id", "message_id", "text"}

// fill inserts messages with times within a year.
func (a *archive) fill(ctx context.Context, messages int) error {
	if err := a.readMembers(ctx); err != nil {
		return err
	}
	texts := corpus.New(1)
	random := rand.New(rand.NewPCG(1, 2))
	ends := map[messenger.ID]int64{}
	start, step := time.Now().Add(-365*24*time.Hour), 365*24*time.Hour/time.Duration(messages)
	next := func(i int) (member, int64, time.Time, string) {
		by := a.members[random.IntN(len(a.members))]
		ends[by.chat]++
		return by, ends[by.chat], start.Add(time.Duration(i) * step).Truncate(time.Microsecond), texts.Message()
	}
	if a.database.postgres != nil {
		return a.fillPostgres(ctx, messages, next)
	}
	return a.fillSQLite(ctx, messages, next)
}

type nextMessage func(i int) (by member, seq int64, at time.Time, text string)

// messageID is a version 7 UUID of the time.
func messageID(at time.Time) messenger.ID {
	id := messenger.NewID()
	var milliseconds [8]byte
	binary.BigEndian.PutUint64(milliseconds[:], uint64(at.UnixMilli()))
	copy(id[:6], milliseconds[2:])
	return id
}

// setEnds sets the chats' last_seq.
const setEnds = `UPDATE chats SET last_seq = coalesce((SELECT max(e.seq) FROM events e WHERE e.chat_id = chats.chat_id), 0)`

func (a *archive) fillPostgres(ctx context.Context, messages int, next nextMessage) error {
	connection, err := pgx.ConnectConfig(ctx, a.database.postgres)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	rows := pgx.CopyFromSlice(messages, func(i int) ([]any, error) {
		by, seq, at, text := next(i)
		return []any{[16]byte(by.chat), seq, int16(1), at, [16]byte(by.account), [16]byte(by.user), [16]byte(messageID(at)), text}, nil
	})
	if _, err := connection.CopyFrom(ctx, pgx.Identifier{"events"}, eventColumns, rows); err != nil {
		return err
	}
	for _, statement := range []string{setEnds, "VACUUM (ANALYZE) events", "VACUUM (ANALYZE) chats"} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) fillSQLite(ctx context.Context, messages int, next nextMessage) error {
	opened, err := sql.Open("sqlite", "file:"+a.database.directory+"/messenger.db?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer opened.Close()
	tx, err := opened.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it is sql.ErrTxDone
	insert, err := tx.PrepareContext(ctx, `INSERT INTO events
		(chat_id, seq, kind, created_at, account_id, user_id, message_id, text) VALUES (?, ?, 1, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range messages {
		by, seq, at, text := next(i)
		id := messageID(at)
		if _, err := insert.ExecContext(ctx, by.chat[:], seq, at.UnixMicro(), by.account[:], by.user[:], id[:], text); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, setEnds); err != nil {
		return err
	}
	return tx.Commit()
}

func (a *archive) readMembers(ctx context.Context) error {
	rows, err := a.database.sql.QueryContext(ctx, "SELECT chat_id, user_id, account_id FROM chat_users")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var one member
		// PostgreSQL's driver returns an id as text, SQLite's as bytes.
		var raw [3][]byte
		if err := rows.Scan(&raw[0], &raw[1], &raw[2]); err != nil {
			return err
		}
		for i, id := range []*messenger.ID{&one.chat, &one.user, &one.account} {
			if len(raw[i]) == len(id) {
				*id = messenger.ID(raw[i])
			} else {
				*id, _ = messenger.ParseID(string(raw[i]))
			}
		}
		a.members = append(a.members, one)
	}
	return rows.Err()
}
