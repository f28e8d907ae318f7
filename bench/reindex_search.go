package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// What is searched for, in a chat that has so many messages with one of its forms.
const (
	searchedWord  = "камертона"
	searchedCount = 3
	searchPause   = 200 * time.Millisecond
)

var searchedForms = [searchedCount]string{"Дай камертон", "с камертоном", "о камертонах"}

// searchedChat is the only chat of the account single.
func (r *reindex) searchedChat() int { return largeChats + r.small }

func (r *reindex) sendText(ctx context.Context, text string) error {
	path := fmt.Sprintf("/v1/chats/%s/messages?user_id=%s", r.id(chatID, r.searchedChat(), 0), r.id(userID, single, r.searchedChat()))
	var answer struct{ Message string }
	status, err := r.call(ctx, http.MethodPost, path, map[string]string{"message": text}, &answer)
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("a send was answered with %d %s", status, answer.Message)
	}
	if err == nil {
		r.searchedSent++
	}
	return err
}

// sendSearched sends what will be searched for.
func (r *reindex) sendSearched(ctx context.Context) error {
	for _, text := range searchedForms {
		if err := r.sendText(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// search searches until ctx ends, by turns for old messages and for one that was just sent. It fails where a search
// finds anything else.
func (r *reindex) search(ctx context.Context, p *phase) error {
	for i := 0; ; i++ {
		text, want := searchedWord, searchedCount
		if i%2 == 1 {
			text, want = fmt.Sprintf("new%d", time.Now().UnixNano()), 1
			if err := r.sendText(context.WithoutCancel(ctx), text); err != nil {
				return err
			}
		}
		began := time.Now()
		if err := r.searchOnce(context.WithoutCancel(ctx), text, want); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.searches = append(p.searches, time.Since(began))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(searchPause):
		}
	}
}

// searchOnce searches, waits for the end, and counts what was found.
func (r *reindex) searchOnce(ctx context.Context, text string, want int) error {
	var task struct {
		TaskID string `json:"task_id"`
		Status string
	}
	status, err := r.call(ctx, http.MethodPost, "/v1/chats/search", map[string]string{"message": text}, &task)
	for err == nil && status < http.StatusMultipleChoices && task.Status != "SUCCESS" && task.Status != "FAILED" {
		status, err = r.call(ctx, http.MethodGet, "/v1/chats/search/status/"+task.TaskID, nil, &task)
	}
	if err != nil || task.Status != "SUCCESS" {
		return errors.Join(err, fmt.Errorf("a search was answered with %d %s", status, task.Status))
	}
	var page struct{ Messages []json.RawMessage }
	if _, err := r.call(ctx, http.MethodGet, "/v1/chats/search/"+task.TaskID+"/messages?limit=100", nil, &page); err != nil {
		return err
	}
	if len(page.Messages) != want {
		return fmt.Errorf("%q was found in %d messages, want %d", text, len(page.Messages), want)
	}
	return nil
}

// call sends a request of the account single, and decodes the answer.
func (r *reindex) call(ctx context.Context, method, path string, body, answer any) (status int, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+r.server.address+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "session_id "+token(single).Reveal())
	request.Header.Set("Prefer", "wait=5")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, json.NewDecoder(response.Body).Decode(answer)
}
