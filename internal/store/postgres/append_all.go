package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
)

// The short way of a batch, in two statements of one round trip: the first takes
// the chats' locks, in the order of their ids (a plan from when there was next to no
// chat may go another way, and two batches into each other's: then one of them waits
// in vain), and as many numbers as there are messages; the second stores the messages
// and is later, so that its snapshot is younger than the locks. It stores all or
// nothing: for a chat that is not there, a user that is not the account's, or a message
// that is stored already, it violates a constraint, and the numbers are given back with
// the transaction.
const (
	advanceChatsName = "advance_chats"
	insertEventsName = "insert_events"

	advanceChats = `
		UPDATE chats c SET last_seq = c.last_seq + i.messages
		FROM unnest($1::uuid[], $2::bigint[]) AS i (chat_id, messages)
		WHERE c.chat_id = i.chat_id RETURNING c.chat_id, c.last_seq`
	insertEvents = `
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT i.chat_id, (SELECT c.last_seq FROM chats c WHERE c.chat_id = i.chat_id) - i.followers, 1, i.created_at, i.account_id,
			(SELECT CASE WHEN u.account_id = i.account_id THEN u.user_id END
				FROM chat_users u WHERE u.chat_id = i.chat_id AND u.user_id = i.user_id),
			i.message_id, i.client_message_id, i.text
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[])
			AS i (message_id, chat_id, user_id, account_id, client_message_id, text, created_at, followers)`
)

// appendAll stores a batch in which nothing is amiss.
func (s *Store) appendAll(ctx context.Context, messages []messenger.Message) (appended []messenger.Appended, err error) {
	trace := s.lines.trace(ctx)
	defer func() {
		if errors.Is(err, errNoConnection) {
			trace.end(err) // no statement has run
			return
		}
		trace.end(err, advanceChats, insertEvents)
	}()
	line, leave := s.lines.take()
	defer leave()
	return line.append(ctx, messages)
}

func (l *line) append(ctx context.Context, messages []messenger.Message) ([]messenger.Appended, error) {
	numbered := number(messages)
	advance, insert := numbered.parameters(), messageParameters(messages, numbered.followers)
	turn, err := l.send(ctx, func(frontend *pgproto3.Frontend) { runBoth(frontend, advance, insert) })
	if err != nil {
		return nil, err
	}
	ends := make(map[messenger.ID]int64, len(numbered.chats))
	// What the answer's end is read of is durable.
	err = turn.receive(func(row *pgproto3.DataRow) error {
		if len(row.Values) != 2 || len(row.Values[0]) != len(messenger.ID{}) || len(row.Values[1]) != 8 {
			return errMisread
		}
		ends[messenger.ID(row.Values[0])] = int64(binary.BigEndian.Uint64(row.Values[1]))
		return nil
	})
	if err != nil {
		return nil, err
	}
	appended := make([]messenger.Appended, len(messages))
	for i := range messages {
		appended[i] = messenger.Appended{MessageID: messages[i].ID, Seq: ends[messages[i].ChatID] - numbered.followers[i]}
	}
	return appended, nil
}

// runBoth brings the texts before it locks anything: should we vanish in the middle of
// them, the database would keep the locks until it notices. A statement that returns
// nothing has its snapshot from when it runs, not from when it is bound.
func runBoth(frontend *pgproto3.Frontend, advance, insert *parameters) {
	insert.bind(frontend, insertEventsName, insertEventsName)
	advance.bind(frontend, advanceChatsName, advanceChatsName)
	frontend.SendExecute(&pgproto3.Execute{Portal: advanceChatsName})
	frontend.SendExecute(&pgproto3.Execute{Portal: insertEventsName})
}

var errMisread = errors.New("the database answered with other columns than were asked for")

// numbering says how a batch is numbered: chats are the different ones in the order
// of their ids, counts how many messages each gets, followers how many messages of
// its chat come after each message.
type numbering struct {
	chats     []messenger.ID
	counts    []int64
	followers []int64
}

func number(messages []messenger.Message) numbering {
	n := numbering{chats: make([]messenger.ID, 0, len(messages)), followers: make([]int64, len(messages))}
	counts := make(map[messenger.ID]int64, len(messages))
	for i := len(messages) - 1; i >= 0; i-- {
		chat := messages[i].ChatID
		n.followers[i] = counts[chat]
		if counts[chat]++; counts[chat] == 1 {
			n.chats = append(n.chats, chat)
		}
	}
	slices.SortFunc(n.chats, func(a, b messenger.ID) int { return bytes.Compare(a[:], b[:]) })
	for _, chat := range n.chats {
		n.counts = append(n.counts, counts[chat])
	}
	return n
}

func (n *numbering) parameters() *parameters {
	var p parameters
	p.add(pgtype.UUIDOID, len(n.chats), func(raw []byte, i int) []byte { return appendID(raw, n.chats[i]) })
	p.add(pgtype.Int8OID, len(n.counts), func(raw []byte, i int) []byte { return appendInteger(raw, n.counts[i]) })
	return &p
}

func messageParameters(messages []messenger.Message, followers []int64) *parameters {
	var p parameters
	count := len(messages)
	p.add(pgtype.UUIDOID, count, func(raw []byte, i int) []byte { return appendID(raw, messages[i].ID) })
	p.add(pgtype.UUIDOID, count, func(raw []byte, i int) []byte { return appendID(raw, messages[i].ChatID) })
	p.add(pgtype.UUIDOID, count, func(raw []byte, i int) []byte { return appendID(raw, messages[i].UserID) })
	p.add(pgtype.UUIDOID, count, func(raw []byte, i int) []byte { return appendID(raw, messages[i].AccountID) })
	p.add(pgtype.TextOID, count, func(raw []byte, i int) []byte {
		if key := clientKey(&messages[i]); key != nil {
			return appendText(raw, *key)
		}
		return appendNull(raw)
	})
	p.add(pgtype.TextOID, count, func(raw []byte, i int) []byte { return appendText(raw, messages[i].Text) })
	p.add(pgtype.TimestamptzOID, count, func(raw []byte, i int) []byte { return appendTime(raw, messages[i].CreatedAt) })
	p.add(pgtype.Int8OID, count, func(raw []byte, i int) []byte { return appendInteger(raw, followers[i]) })
	return &p
}
