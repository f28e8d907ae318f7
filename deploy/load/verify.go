package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// verify reads every chat of the record and checks that each acknowledged message is there once, with its id.
func verify(ctx context.Context, guest api, path string) error {
	chats, err := readRecord(path)
	if err != nil {
		return err
	}
	acknowledged, stored := 0, 0
	for chat, wanted := range chats {
		caller, err := guest.logIn(ctx, wanted.account)
		if err != nil {
			return err
		}
		found, err := readAll(ctx, caller, chat)
		if err != nil {
			return err
		}
		if err := compare(chat, wanted.messages, found); err != nil {
			return err
		}
		acknowledged += len(wanted.messages)
		stored += len(found)
	}
	if acknowledged == 0 {
		return errors.New("the record has no message: nothing was verified")
	}
	fmt.Printf("verified: %d messages acknowledged, all stored once, in %d chats with %d messages\n",
		acknowledged, len(chats), stored)
	return nil
}

// readAll reads all pages, newest message first.
func readAll(ctx context.Context, caller api, chat string) ([]message, error) {
	const limit = 500
	var all []message
	for from := ""; ; {
		query := url.Values{"limit": {fmt.Sprint(limit)}}
		if from != "" {
			query.Set("from", from)
		}
		var got page
		if err := caller.get(ctx, "/v1/chats/"+chat+"/messages?"+query.Encode(), &got); err != nil {
			return nil, err
		}
		all = append(all, got.Messages...)
		if len(got.Messages) < limit {
			return all, nil
		}
		from = got.Next.Iterator
	}
}

func compare(chat string, acknowledged map[string]string, found []message) error {
	ids := map[string]string{}
	for i, m := range found {
		if i > 0 && m.Seq >= found[i-1].Seq {
			return fmt.Errorf("chat %s: seq %d follows %d", chat, m.Seq, found[i-1].Seq)
		}
		if ids[m.ClientMessageID] != "" {
			return fmt.Errorf("chat %s: the message %s is stored twice", chat, m.ClientMessageID)
		}
		ids[m.ClientMessageID] = m.MessageID
	}
	for sent, id := range acknowledged {
		if ids[sent] != id {
			return fmt.Errorf("chat %s: the message %s was acknowledged as %s and is stored as %q",
				chat, sent, id, ids[sent])
		}
	}
	return nil
}
