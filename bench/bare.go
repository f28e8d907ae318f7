package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"messenger-api/client"
	"messenger-api/internal/testkit/freeport"
)

// bareCommand runs this program as the bare server, in a separate process like the service.
const bareCommand = "serve-bare"

// serveBare measures net/http alone: it decodes a POST and answers it with as many bytes as a send, and
// a GET with as many as a page, without storage and sessions.
func serveBare(address string) error {
	textBytes, err := strconv.Atoi(os.Getenv("TEXT_BYTES"))
	if err != nil {
		return err
	}
	page, err := json.Marshal(samplePage(textBytes))
	if err != nil {
		return err
	}
	created, err := json.Marshal(client.CreatedMessage{MessageID: sampleID})
	if err != nil {
		return err
	}
	http.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { writeBare(w, http.StatusOK, page) })
	http.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		var body client.MessageCreation
		if err != nil || json.Unmarshal(raw, &body) != nil || body.Message == "" {
			http.Error(w, "not a message", http.StatusBadRequest)
			return
		}
		writeBare(w, http.StatusCreated, created)
	})
	return http.ListenAndServe(address, nil)
}

func writeBare(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only if the client has disconnected
}

const sampleID = "019cb1f60e1b7f54a3c2d9b87e60f415"

// samplePage has the structure and the size of a page of the service.
func samplePage(textBytes int) client.MessagePage {
	page := client.MessagePage{Next: client.Next{Iterator: strings.Repeat("A", 34)}}
	for i := range pageLimit {
		page.Messages = append(page.Messages, client.Message{
			MessageID: sampleID, UserID: sampleID, UserName: "speaker-10", Seq: int64(10_000 + i),
			CreatedAt: time.UnixMicro(1_700_000_000_123_456).UTC(), Text: strings.Repeat("w", textBytes),
		})
	}
	return page
}

// startBare starts the bare server, with clients that have no accounts.
func startBare(ctx context.Context, l *lab, kind targetKind) (*target, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeport.Address()
	if err != nil {
		return nil, err
	}
	environment := []string{fmt.Sprintf("TEXT_BYTES=%d", l.options.textBytes)}
	started, err := startProcess(l.path("bare.log"), address, environment, program, bareCommand, address)
	if err != nil {
		return nil, err
	}
	l.onClose(func() error {
		_ = started.stop() // it is ended by the signal, which is an error
		return nil
	})
	p := &population{text: strings.Repeat("w", l.options.textBytes), chats: make([]string, chats)}
	for i := range p.chats {
		p.chats[i] = sampleID
	}
	for range kind.accounts {
		one := &speaker{session: sampleID}
		for range chatsEach + 1 {
			one.users = append(one.users, user{sampleID, sampleID})
		}
		p.speakers = append(p.speakers, one)
	}
	return &target{process: started, population: p}, started.explain(started.await(ctx, "/ping"))
}
