package postgres

import (
	"bytes"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"messenger-api/internal/messenger"
)

// Nothing is locked before all of a batch is with the database: what comes after the
// first statement has begun to run is no more than that the second one may.
func TestTextsComeBeforeLocks(t *testing.T) {
	t.Parallel()
	messages := []messenger.Message{{ID: messenger.NewID(), ChatID: messenger.NewID(), Text: "hello"}}
	numbered := number(messages)
	var wire bytes.Buffer
	frontend := pgproto3.NewFrontend(nil, &wire)
	runBoth(frontend, numbered.parameters(), messageParameters(messages, numbered.followers))
	if err := frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	backend := pgproto3.NewBackend(&wire, nil)
	var sent []string
	for range 4 {
		message, err := backend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch message := message.(type) {
		case *pgproto3.Bind:
			sent = append(sent, "bind "+message.PreparedStatement)
		case *pgproto3.Execute:
			sent = append(sent, "execute "+message.Portal)
		}
	}
	if want := []string{"bind insert_events", "bind advance_chats", "execute advance_chats", "execute insert_events"}; !slices.Equal(sent, want) {
		t.Errorf("sent were %q, want %q", sent, want)
	}
}
