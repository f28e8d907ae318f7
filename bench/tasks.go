package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"messenger-api/bench/corpus"
	"messenger-api/internal/testkit/freeport"
)

// measure measures searches from the request to their end: one after the other, and many concurrently.
func (a *archive) measure(ctx context.Context, target searchTarget, o searchOptions) (figures searchFigures, err error) {
	if target.open != nil {
		figures = a.figures
	}
	with := &database{settings: append(append([]string{}, a.database.settings...), target.settings...)}
	server, err := a.lab.startServer(ctx, target.name, "warn", with)
	if err != nil {
		return figures, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if target.consumer {
		consumer, err := a.startConsumer(ctx, with)
		if err != nil {
			return figures, err
		}
		defer func() { err = errors.Join(err, consumer.stop()) }()
	}
	times, _, err := a.searchAll(ctx, server.address, o.tasks, 1)
	if err != nil {
		return figures, server.explain(err)
	}
	figures.add(fmt.Sprintf("request to SUCCESS, %d one by one", o.tasks), "%s", spread(times))
	times, took, err := a.searchAll(ctx, server.address, 4*o.tasks, o.atOnce)
	if err != nil {
		return figures, server.explain(err)
	}
	figures.add(fmt.Sprintf("request to SUCCESS, %d at once", o.atOnce), "%s", spread(times))
	figures.add("tasks of one consumer, a second", "%.0f", float64(len(times))/took.Seconds())
	return figures, nil
}

// startConsumer starts the command consumer.
func (a *archive) startConsumer(ctx context.Context, database *database) (*process, error) {
	address, err := freeport.Address()
	if err != nil {
		return nil, err
	}
	settings := append(settingsOf(address, "warn", database), "CONSUMER_PORT="+address[len("127.0.0.1:"):])
	started, err := startProcess(a.lab.path("consumer.log"), address, settings, a.lab.binary, "consumer")
	if err != nil {
		return nil, err
	}
	a.lab.onClose(started.stop)
	return started, started.explain(started.await(ctx, "/ping_db"))
}

// searchAll runs count searches, atOnce of them concurrently, and returns the time of each.
func (a *archive) searchAll(ctx context.Context, address string, count, atOnce int) ([]time.Duration, time.Duration, error) {
	texts := corpus.New(6)
	var mu sync.Mutex
	var times []time.Duration
	var asked atomic.Int64
	began := time.Now()
	err := inParallel(ctx, atOnce, atOnce, func(ctx context.Context, _ int) error {
		for number := asked.Add(1); number <= int64(count); number = asked.Add(1) {
			mu.Lock()
			text := texts.Query()
			mu.Unlock()
			started := time.Now()
			// The first account is left out: it is in all chats, which is unusual.
			by := a.searcher[1+int(number)%(len(a.searcher)-1)]
			if err := searchOnce(ctx, address, by.session, text); err != nil {
				return err
			}
			mu.Lock()
			times = append(times, time.Since(started))
			mu.Unlock()
		}
		return nil
	})
	return times, time.Since(began), err
}

// searchOnce starts a search and waits for its end.
func searchOnce(ctx context.Context, address, session, text string) error {
	_, status, err := startSearch(ctx, address, session, map[string]string{"message": text})
	if err == nil && status != "SUCCESS" {
		err = fmt.Errorf("a search is %s after 5 s", status)
	}
	return err
}

// startSearch searches, waits for the end, 5 s at most, and returns the status at that time.
func startSearch(ctx context.Context, address, session string, query map[string]string) (task, status string, err error) {
	body, err := json.Marshal(query)
	if err != nil {
		return "", "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/v1/chats/search", bytes.NewReader(body))
	if err != nil {
		return "", "", err
	}
	request.Header.Set("Authorization", "session_id "+session)
	request.Header.Set("Prefer", "wait=5")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	var answer struct {
		TaskID          string `json:"task_id"`
		Status, Message string
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", "", err
	}
	if response.StatusCode != http.StatusCreated {
		return "", "", fmt.Errorf("a search was answered with %d %s", response.StatusCode, answer.Message)
	}
	return answer.TaskID, answer.Status, nil
}
