package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// api calls a system, with or without a session. It uses net/http, not the package client, since answers of a proxy are
// tested, too. It is safe for concurrent use.
type api struct {
	url     string
	session string
	http    *http.Client
}

// answer is an answer with its body.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAPI(url string) api {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, Proxy: nil}
	return api{url: strings.TrimSuffix(url, "/"), http: &http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

func (a api) as(session string) api {
	a.session = session
	return a
}

// do sends one request; a body that is not a string is encoded as JSON. There is an error only if there is no answer.
func (a api) do(ctx context.Context, method, path string, body any, headers ...string) (answer, error) {
	var content []byte
	switch body := body.(type) {
	case nil:
	case string:
		content = []byte(body)
	default:
		var err error
		if content, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(content))
	if err != nil {
		return answer{}, err
	}
	if a.session != "" {
		request.Header.Set("Authorization", "session_id "+a.session)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := a.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	return answer{response.StatusCode, response.Header, got}, nil
}

// want is do for a call that must have this status. The body is decoded into what, unless that is nil.
func (a api) want(ctx context.Context, status int, method, path string, body, what any) error {
	got, err := a.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	if got.status != status {
		return fmt.Errorf("%s %s: %d in place of %d: %.200s", method, path, got.status, status, got.body)
	}
	if what == nil {
		return nil
	}
	if err := json.Unmarshal(got.body, what); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// get is want for GET and 200, create for POST and 201.
func (a api) get(ctx context.Context, path string, what any) error {
	return a.want(ctx, http.StatusOK, http.MethodGet, path, nil, what)
}

func (a api) create(ctx context.Context, path string, body, what any) error {
	return a.want(ctx, http.StatusCreated, http.MethodPost, path, body, what)
}

// account is an account of the program. Its password protects only test data.
type account struct {
	Name     string `json:"user_name"`
	Password string `json:"password"`
}

func (a api) register(ctx context.Context, who account) error {
	return a.create(ctx, "/v1/auth/register", who, nil)
}

func (a api) logIn(ctx context.Context, who account) (api, error) {
	var login struct {
		SessionID string `json:"session_id"`
	}
	err := a.want(ctx, http.StatusOK, http.MethodPost, "/v1/auth/login", who, &login)
	return a.as(login.SessionID), err
}

// openChat creates a chat and joins it.
func (a api) openChat(ctx context.Context, name string) (chat, user string, err error) {
	var made struct {
		ChatID string `json:"chat_id"`
		UserID string `json:"user_id"`
	}
	if err := a.create(ctx, "/v1/chats", map[string]string{"chat_name": name}, &made); err != nil {
		return "", "", err
	}
	err = a.create(ctx, "/v1/chats/"+made.ChatID+"/users", map[string]string{"user_name": name}, &made)
	return made.ChatID, made.UserID, err
}

// message is a message as it is sent and as it is read.
type message struct {
	Text            string `json:"text,omitempty"`
	MessageID       string `json:"message_id,omitempty"`
	ClientMessageID string `json:"client_message_id"`
	Seq             int64  `json:"seq,omitempty"`
}

// page is a page of messages.
type page struct {
	Messages []message `json:"messages"`
	Next     struct {
		Iterator string `json:"iterator"`
	} `json:"next"`
}
