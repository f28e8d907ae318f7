package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"messenger-api/client"
)

const (
	chats = 100
	// chatsEach is the number of chats that an account sends to.
	chatsEach = 10
	// pageLimit is the size of the measured pages; every chat gets this many messages first.
	pageLimit = 50
	// callsAtOnce is the concurrency of the setup; that of log-ins is lower, since hashing passwords uses
	// all processors.
	callsAtOnce  = 32
	logInsAtOnce = 4
)

// population has the accounts and chats of a server.
type population struct {
	text     string
	chats    []string
	speakers []*speaker
	// sent counts the sends that were answered 201.
	sent atomic.Int64
}

// speaker is an account with its session, and its users in some chats, the first of which all accounts
// share.
type speaker struct {
	name, session string
	api           *client.ClientWithResponses
	users         []user
}

type user struct{ chatID, userID string }

// populate registers the accounts, and creates, joins and fills the chats.
func populate(ctx context.Context, address string, accounts, textBytes int) (*population, error) {
	p := &population{
		text:  strings.Repeat("word ", textBytes/5+1)[:textBytes],
		chats: make([]string, chats), speakers: make([]*speaker, accounts),
	}
	err := inParallel(ctx, logInsAtOnce, accounts, func(ctx context.Context, i int) (err error) {
		p.speakers[i], err = newSpeaker(ctx, address, fmt.Sprintf("speaker-%d", i))
		return err
	})
	if err != nil {
		return nil, err
	}
	err = inParallel(ctx, callsAtOnce, chats, func(ctx context.Context, i int) (err error) {
		p.chats[i], err = p.newChat(ctx, p.speakers[i%accounts], fmt.Sprintf("chat-%d", i))
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, inParallel(ctx, callsAtOnce, accounts, func(ctx context.Context, i int) error {
		for place := range chatsEach + 1 {
			chat := p.chats[0]
			if place > 0 {
				chat = p.chats[(i+place*chats/chatsEach)%chats]
			}
			joined, err := p.speakers[i].join(ctx, chat)
			if err != nil {
				return err
			}
			p.speakers[i].users = append(p.speakers[i].users, joined)
		}
		return nil
	})
}

// inParallel calls work with 0 to count-1, atOnce of them concurrently.
func inParallel(ctx context.Context, atOnce, count int, work func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range count {
		group.Go(func() error { return work(ctx, i) })
	}
	return group.Wait()
}

func newSpeaker(ctx context.Context, address, name string) (*speaker, error) {
	credentials := client.Credentials{UserName: name, Password: name + " has a password"}
	guest, err := client.NewClientWithResponses("http://" + address)
	if err != nil {
		return nil, err
	}
	registered, err := guest.RegisterWithResponse(ctx, credentials)
	if err != nil || registered.StatusCode() != http.StatusCreated {
		return nil, refused("register", registered, err)
	}
	session, err := logIn(ctx, guest, credentials)
	if err != nil {
		return nil, err
	}
	api, err := client.NewClientWithResponses("http://"+address, client.WithSession(session))
	return &speaker{name: name, session: session, api: api}, err
}

func logIn(ctx context.Context, guest *client.ClientWithResponses, credentials client.Credentials) (string, error) {
	loggedIn, err := guest.LoginWithResponse(ctx, credentials)
	if err != nil || loggedIn.JSON200 == nil {
		return "", refused("log in", loggedIn, err)
	}
	return loggedIn.JSON200.SessionID, nil
}

// newChat creates a chat with a page of messages.
func (p *population) newChat(ctx context.Context, by *speaker, name string) (string, error) {
	made, err := by.api.CreateChatWithResponse(ctx, client.ChatCreation{ChatName: name})
	if err != nil || made.JSON201 == nil {
		return "", refused("create a chat", made, err)
	}
	joined, err := by.join(ctx, made.JSON201.ChatID)
	if err != nil {
		return "", err
	}
	for range pageLimit {
		sent, err := by.api.SendMessageWithResponse(ctx, joined.chatID,
			&client.SendMessageParams{UserID: joined.userID}, client.MessageCreation{Message: p.text})
		if err != nil || sent.JSON201 == nil {
			return "", refused("send", sent, err)
		}
		p.sent.Add(1)
	}
	return joined.chatID, nil
}

// join returns the same user when it is repeated.
func (s *speaker) join(ctx context.Context, chat string) (user, error) {
	joined, err := s.api.JoinChatWithResponse(ctx, chat, client.UserCreation{UserName: s.name})
	if err != nil || joined.JSON201 == nil {
		return user{}, refused("join a chat", joined, err)
	}
	return user{chat, joined.JSON201.UserID}, nil
}

func refused(what string, response interface{ StatusCode() int }, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: answered with %d", what, response.StatusCode())
}
