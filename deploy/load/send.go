package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is the rate of requests.
type load struct {
	senders, rate int
	strict        bool
}

// tally counts the results of requests. It is safe for concurrent use.
type tally struct {
	mu           sync.Mutex
	acknowledged int
	read         int
	failed       map[string]int
	last         time.Time
	gap          time.Duration
}

// send sends messages and reads the newest page repeatedly until ctx ends. A message that was not acknowledged is sent
// again, with the same client_message_id, until it is.
func send(ctx context.Context, guest api, path string, much load) error {
	acknowledged, err := createRecord(path)
	if err != nil {
		return err
	}
	counts := &tally{failed: map[string]int{}}
	group, ctx := errgroup.WithContext(ctx)
	for range much.senders {
		group.Go(func() error {
			s, err := newSender(ctx, guest, acknowledged, counts)
			if err != nil {
				return err
			}
			return s.run(ctx, time.Second/time.Duration(much.rate))
		})
	}
	if err := errors.Join(group.Wait(), acknowledged.close()); err != nil {
		return err
	}
	fmt.Printf("sent: %d messages acknowledged, %d pages read, longest pause %s, failed requests: %v\n",
		counts.acknowledged, counts.read, counts.gap.Round(time.Millisecond), counts.failed)
	if much.strict && len(counts.failed) > 0 {
		return errors.New("requests failed")
	}
	return nil
}

// sender is one account that sends to its own chat.
type sender struct {
	caller     api
	chat, user string
	record     *record
	counts     *tally
}

func newSender(ctx context.Context, guest api, record *record, counts *tally) (sender, error) {
	who := account{Name: "load-" + rand.Text(), Password: rand.Text()}
	if err := guest.register(ctx, who); err != nil {
		return sender{}, err
	}
	caller, err := guest.logIn(ctx, who)
	if err != nil {
		return sender{}, err
	}
	chat, user, err := caller.openChat(ctx, who.Name)
	if err != nil {
		return sender{}, err
	}
	return sender{caller, chat, user, record, counts}, record.add(entry{Chat: chat, Account: &who})
}

func (s sender) run(ctx context.Context, pause time.Duration) error {
	clock := time.NewTicker(pause)
	defer clock.Stop()
	path := "/v1/chats/" + s.chat + "/messages"
	for number := 1; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-clock.C:
		}
		// Running requests are finished after the signal, so that a failure is always the system's.
		if number%5 == 0 {
			s.try(context.WithoutCancel(ctx), http.MethodGet, path+"?limit=20", nil)
		}
		name := strconv.Itoa(number)
		got := s.try(context.WithoutCancel(ctx), http.MethodPost, path+"?user_id="+s.user,
			map[string]string{"message": "number " + name, "client_message_id": name})
		if got.status != http.StatusCreated {
			continue
		}
		var stored message
		if err := json.Unmarshal(got.body, &stored); err != nil {
			return err
		}
		if err := s.record.add(entry{Chat: s.chat, MessageID: stored.MessageID, ClientMessageID: name}); err != nil {
			return err
		}
		number++
	}
}

// try sends one request and counts its result.
func (s sender) try(ctx context.Context, method, path string, body any) answer {
	got, err := s.caller.do(ctx, method, path, body)
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	switch {
	case err != nil:
		s.counts.failed[err.Error()]++
	case got.status == http.StatusCreated:
		now := time.Now()
		s.counts.acknowledged++
		if !s.counts.last.IsZero() {
			s.counts.gap = max(s.counts.gap, now.Sub(s.counts.last))
		}
		s.counts.last = now
	case got.status == http.StatusOK:
		s.counts.read++
	default:
		s.counts.failed[fmt.Sprintf("%s %d %s", method, got.status, got.body)]++
	}
	return got
}
