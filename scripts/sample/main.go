// The command sample creates a few accounts and a chat on a server, by the Go client, and prints what to try
// next.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"messenger-api/client"
)

const password = "correct horse"

var people = []string{"alice", "bob", "carol"}

var talk = []struct{ who, text string }{
	{"alice", "Who is in for dinner on Friday?"},
	{"bob", "Me! Where shall we eat?"},
	{"carol", "Давайте обедать в новом месте у реки"},
	{"alice", "The Georgian one? Their хачапури is worth the walk."},
	{"bob", "Friday, seven o'clock. I'll book a table 🍷"},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sample http://HOST:PORT")
		os.Exit(2)
	}
	if err := fill(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}

func fill(url string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	guest, err := client.NewClientWithResponses(url)
	if err != nil {
		return err
	}
	if err := await(ctx, guest); err != nil {
		return err
	}
	sessions := map[string]*client.ClientWithResponses{}
	fresh := false
	for _, name := range people {
		created, err := register(ctx, guest, name)
		if err != nil {
			return err
		}
		fresh = fresh || created
		if sessions[name], err = logIn(ctx, guest, url, name); err != nil {
			return err
		}
	}
	if fresh {
		if err := chat(ctx, sessions); err != nil {
			return err
		}
	}
	fmt.Printf("sample data: the accounts alice, bob and carol have the password %q\n", password)
	return nil
}

// await waits until the server is ready.
func await(ctx context.Context, guest *client.ClientWithResponses) error {
	for {
		answer, err := guest.PingDatabaseWithResponse(ctx)
		if err == nil && answer.StatusCode() == 200 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the server is not ready"), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func register(ctx context.Context, guest *client.ClientWithResponses, name string) (created bool, err error) {
	answer, err := guest.RegisterWithResponse(ctx, client.Credentials{UserName: name, Password: password})
	switch {
	case err != nil:
		return false, err
	case answer.StatusCode() == 201:
		return true, nil
	case answer.JSONDefault != nil && answer.JSONDefault.Message == client.ErrorCodeUserAlreadyExists:
		return false, nil
	}
	return false, fmt.Errorf("register %s: %s", name, answer.Status())
}

func logIn(ctx context.Context, guest *client.ClientWithResponses, url, name string) (*client.ClientWithResponses, error) {
	answer, err := guest.LoginWithResponse(ctx, client.Credentials{UserName: name, Password: password})
	if err != nil {
		return nil, err
	}
	if answer.JSON200 == nil {
		return nil, fmt.Errorf("log in %s: %s", name, answer.Status())
	}
	return client.NewClientWithResponses(url, client.WithSession(answer.JSON200.SessionID))
}

// chat sends messages of all accounts in one chat.
func chat(ctx context.Context, sessions map[string]*client.ClientWithResponses) error {
	created, err := sessions["alice"].CreateChatWithResponse(ctx, client.ChatCreation{ChatName: "Friday dinner"})
	if err != nil {
		return err
	}
	if created.JSON201 == nil {
		return fmt.Errorf("create a chat: %s", created.Status())
	}
	users := map[string]string{}
	for _, name := range people {
		joined, err := sessions[name].JoinChatWithResponse(ctx, created.JSON201.ChatID, client.UserCreation{UserName: name})
		if err != nil {
			return err
		}
		if joined.JSON201 == nil {
			return fmt.Errorf("join %s: %s", name, joined.Status())
		}
		users[name] = joined.JSON201.UserID
	}
	for _, line := range talk {
		sent, err := sessions[line.who].SendMessageWithResponse(ctx, created.JSON201.ChatID,
			&client.SendMessageParams{UserID: users[line.who]}, client.MessageCreation{Message: line.text})
		if err != nil {
			return err
		}
		if sent.JSON201 == nil {
			return fmt.Errorf("send: %s", sent.Status())
		}
	}
	fmt.Printf("sample data: they talk in the chat %s\n", created.JSON201.ChatID)
	return nil
}
