package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"
)

// walk calls each operation of the API, and prints its progress.
func walk(ctx context.Context, guest api, search bool) error {
	w := &walker{guest: guest, who: account{Name: "walk-" + rand.Text(), Password: rand.Text()}}
	steps := []struct {
		name string
		take func(context.Context) error
	}{
		{"health", w.health},
		{"account and session", w.open},
		{"chat and messages", w.talk},
		{"pages", w.read},
		{"search", w.search},
		{"what the proxy answers", w.refusals},
		{"log-out", w.leave},
	}
	for _, step := range steps {
		if step.name == "search" && !search {
			continue
		}
		if err := step.take(ctx); err != nil {
			return fmt.Errorf("walk: %s: %w", step.name, err)
		}
		fmt.Println("walk:", step.name, "ok")
	}
	return nil
}

// walker is the account that walk uses, with its session and chat.
type walker struct {
	guest, caller api
	who           account
	chat, user    string
	sent          []string
}

func (w *walker) health(ctx context.Context) error {
	if err := w.guest.get(ctx, "/ping", nil); err != nil {
		return err
	}
	return w.guest.get(ctx, "/ping_db", nil)
}

func (w *walker) open(ctx context.Context) (err error) {
	if err := w.guest.register(ctx, w.who); err != nil {
		return err
	}
	w.caller, err = w.guest.logIn(ctx, w.who)
	return err
}

// talk sends three messages, each twice.
func (w *walker) talk(ctx context.Context) (err error) {
	if w.chat, w.user, err = w.caller.openChat(ctx, w.who.Name); err != nil {
		return err
	}
	path := "/v1/chats/" + w.chat + "/messages?user_id=" + w.user
	for _, text := range []string{"the soup is ready", "still hot", "the soup is cold"} {
		var first, second message
		for _, got := range []*message{&first, &second} {
			send := map[string]string{"message": text, "client_message_id": text}
			if err := w.caller.create(ctx, path, send, got); err != nil {
				return err
			}
		}
		if first.MessageID != second.MessageID {
			return fmt.Errorf("a retry was stored as another message")
		}
		w.sent = append(w.sent, first.MessageID)
	}
	return nil
}

func (w *walker) read(ctx context.Context) error {
	all, err := readAll(ctx, w.caller, w.chat)
	if err != nil {
		return err
	}
	return same(all, w.sent[2], w.sent[1], w.sent[0])
}

// search searches for two of the three messages, and waits for the consumer.
func (w *walker) search(ctx context.Context) error {
	var task struct {
		TaskID string `json:"task_id"`
		Status string `json:"status"`
	}
	query := map[string]string{"message": "soup"}
	if err := w.caller.create(ctx, "/v1/chats/search", query, &task); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for task.Status != "SUCCESS" {
		if task.Status == "FAILED" {
			return fmt.Errorf("the task %s failed", task.TaskID)
		}
		if err := w.caller.get(ctx, "/v1/chats/search/status/"+task.TaskID, &task); err != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	var found page
	if err := w.caller.get(ctx, "/v1/chats/search/"+task.TaskID+"/messages?limit=10", &found); err != nil {
		return err
	}
	return same(found.Messages, w.sent[2], w.sent[0])
}

func (w *walker) leave(ctx context.Context) error {
	if err := w.caller.want(ctx, http.StatusOK, http.MethodPost, "/v1/auth/logout", nil, nil); err != nil {
		return err
	}
	return w.caller.want(ctx, http.StatusUnauthorized, http.MethodGet, "/v1/auth/sessions", nil, nil)
}

func same(found []message, wanted ...string) error {
	if len(found) != len(wanted) {
		return fmt.Errorf("%d messages in place of %d", len(found), len(wanted))
	}
	for i, m := range found {
		if m.MessageID != wanted[i] {
			return fmt.Errorf("message %d is %s in place of %s", i, m.MessageID, wanted[i])
		}
	}
	return nil
}
