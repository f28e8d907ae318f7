package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
)

// entry is one line of the record: a chat with the account that sends to it, or an acknowledged message of that chat.
type entry struct {
	Chat            string   `json:"chat"`
	Account         *account `json:"account,omitempty"`
	MessageID       string   `json:"message_id,omitempty"`
	ClientMessageID string   `json:"client_message_id,omitempty"`
}

// record is the file of acknowledged messages. It is safe for concurrent use.
type record struct {
	mu   sync.Mutex
	file *os.File
}

func createRecord(path string) (*record, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	return &record{file: file}, err
}

func (r *record) add(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err = r.file.Write(append(line, '\n'))
	return err
}

func (r *record) close() error { return r.file.Close() }

// recorded is the record of one chat.
type recorded struct {
	account account
	// messages has message_id by client_message_id.
	messages map[string]string
}

func readRecord(path string) (_ map[string]*recorded, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	chats := map[string]*recorded{}
	for decoder := json.NewDecoder(bufio.NewReader(file)); ; {
		var e entry
		switch err := decoder.Decode(&e); {
		case errors.Is(err, io.EOF):
			return chats, nil
		case err != nil:
			return nil, err
		case e.Account != nil:
			chats[e.Chat] = &recorded{*e.Account, map[string]string{}}
		case chats[e.Chat] == nil:
			return nil, errors.New("the record has a message before its chat")
		default:
			chats[e.Chat].messages[e.ClientMessageID] = e.MessageID
		}
	}
}
