package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Words of the corpus, which are in 13, 2 and 0.04 messages of a hundred.
const (
	commonWord   = "opens"
	middlingWord = "training"
	rareWord     = "sonrenefa"
)

// growthQuery is what is looked for, by whom, in whose messages.
type growthQuery struct {
	text   string
	by     int
	author func(g *grown) string
}

// The targets of a search for words, by how many chats the account is in. Phrases and exclusions have none.
const (
	inHundredChats = 100 * time.Millisecond
	inAllChats     = time.Second
)

func growthSearches() (kinds []growthKind) {
	add := func(name string, most time.Duration, query growthQuery) {
		kinds = append(kinds, growthKind{name: "search: " + name, on: searching, ratio: searchRatio, most: most, query: query})
	}
	add("a common word, 100 chats", inHundredChats, growthQuery{text: commonWord, by: hundred})
	add("a middling word, 100 chats", inHundredChats, growthQuery{text: middlingWord, by: hundred})
	add("a rare word, 100 chats", inHundredChats, growthQuery{text: rareWord, by: hundred})
	add("two words, 100 chats", inHundredChats, growthQuery{text: commonWord + " " + middlingWord, by: hundred})
	add("a common word of a rare author, 100 chats", inHundredChats, growthQuery{text: commonWord, by: hundred, author: rareAuthor})
	add("an exclusion, 100 chats", 0, growthQuery{text: middlingWord + " -" + commonWord, by: hundred})
	add("a phrase, 100 chats", 0, growthQuery{text: `"` + commonWord + " " + commonWord + `"`, by: hundred})
	add("a common word, one small chat", inHundredChats, growthQuery{text: commonWord, by: single})
	add("a common word, 10,000 chats", inAllChats, growthQuery{text: commonWord, by: everywhere})
	add("a middling word, 10,000 chats", inAllChats, growthQuery{text: middlingWord, by: everywhere})
	add("a rare word, 10,000 chats", inAllChats, growthQuery{text: rareWord, by: everywhere})
	add("two words, 10,000 chats", inAllChats, growthQuery{text: commonWord + " " + middlingWord, by: everywhere})
	return kinds
}

// rareAuthor has some twenty messages in the largest chat, whatever its size.
func rareAuthor(g *grown) string { return fmt.Sprintf("user %d", g.usersOf(0)-1) }

func (q growthQuery) body(g *grown) map[string]string {
	body := map[string]string{"message": q.text}
	if q.author != nil {
		body["user_name"] = q.author(g)
	}
	return body
}

// errUnfinished: a search did not end while its request waited.
var errUnfinished = errors.New("the search did not end in time")

func (c *growthClient) search(ctx context.Context, query growthQuery) (time.Duration, error) {
	began := time.Now()
	_, status, err := startSearch(ctx, c.address, token(query.by).Reveal(), query.body(c.grown))
	if err == nil && status != "SUCCESS" {
		err = errUnfinished
		c.lab.note("a search for %s is %s after %v", query.text, status, time.Since(began))
	}
	return time.Since(began), err
}

// countFound searches, and reads all of the results.
func (c *growthClient) countFound(ctx context.Context, query growthQuery) (found int, err error) {
	session := token(query.by).Reveal()
	task, status, err := startSearch(ctx, c.address, session, query.body(c.grown))
	for err == nil && status != "SUCCESS" {
		var state struct{ Status string }
		err = c.getJSON(ctx, "/v1/chats/search/status/"+task, session, &state)
		if status = state.Status; status == "FAILED" {
			err = errors.New("the search failed")
		}
		err = errors.Join(err, wait(ctx, indexPoll/10))
	}
	for from := ""; err == nil; {
		const limit = 100
		var page struct {
			Messages []json.RawMessage
			Next     struct{ Iterator string }
		}
		path := fmt.Sprintf("/v1/chats/search/%s/messages?limit=%d", task, limit)
		if from != "" {
			path += "&from=" + from
		}
		if err = c.getJSON(ctx, path, session, &page); err == nil {
			found, from = found+len(page.Messages), page.Next.Iterator
		}
		if len(page.Messages) < limit {
			break
		}
	}
	return found, err
}

func (c *growthClient) getJSON(ctx context.Context, path, session string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "session_id "+session)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s was answered with %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

const (
	indexPoll     = time.Second
	indexDeadline = 2 * time.Hour

	selectIndexed = `SELECT CAST(coalesce(sum(seq), 0) AS bigint) FROM search_positions`
	// On PostgreSQL the index of words is built after all was read, and searches are slow until then.
	selectWordsBuilt = `
		SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('search_index_words') AND indisvalid)`
)

// awaitIndex waits until each chat is indexed to its end, and the index of words is built.
func (g *grown) awaitIndex(ctx context.Context, server *process) error {
	ctx, cancel := context.WithTimeout(ctx, indexDeadline)
	defer cancel()
	_, messages, err := g.database.count(ctx)
	if err != nil {
		return err
	}
	began, filled := time.Now(), false
	var before int64
	for first := true; ; first = false {
		var indexed int64
		if err := g.database.sql.QueryRowContext(ctx, selectIndexed).Scan(&indexed); err != nil {
			return fmt.Errorf("how much is indexed: %w", err)
		}
		if first {
			before = indexed
		}
		if indexed >= messages {
			if !filled {
				filled = true
				g.noteIndexing("all messages are indexed", messages-before, began, server)
			}
			if built, err := g.wordsBuilt(ctx); err != nil || built {
				g.noteIndexing("the index is built", messages-before, began, server)
				return err
			}
		}
		if err := wait(ctx, indexPoll); err != nil {
			return fmt.Errorf("%d of %d messages are indexed: %w", indexed, messages, err)
		}
	}
}

func (g *grown) noteIndexing(what string, indexed int64, began time.Time, server *process) {
	if indexed == 0 {
		return
	}
	took := time.Since(began)
	processor, _ := server.processorTime() // it only informs
	g.lab.note("%d messages, %s: %.0f s, %.0f a second, server %.1f µs each", g.messages, what, took.Seconds(),
		float64(indexed)/took.Seconds(), float64(processor.Microseconds())/float64(indexed))
}

func (g *grown) wordsBuilt(ctx context.Context) (built bool, err error) {
	if g.database.postgres == nil {
		return true, nil
	}
	if err := g.database.sql.QueryRowContext(ctx, selectWordsBuilt).Scan(&built); err != nil {
		return false, fmt.Errorf("whether the index of words is built: %w", err)
	}
	return built, nil
}
