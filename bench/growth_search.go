package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Words of the corpus, which are in 13, 2 and 0.04 messages of a hundred.
const (
	commonWord   = "opens"
	middlingWord = "training"
	rareWord     = "sonrenefa"
)

// growthQueries are what is looked for, by whom.
var growthQueries = []struct {
	name, text string
	by         int
}{
	{"search: a common word, a hundred chats", commonWord, hundred},
	{"search: a middling word, a hundred chats", middlingWord, hundred},
	{"search: a rare word, a hundred chats", rareWord, hundred},
	{"search: two words, a hundred chats", commonWord + " " + middlingWord, hundred},
	{"search: a phrase, a hundred chats", `"` + commonWord + " " + commonWord + `"`, hundred},
	{"search: an exclusion, a hundred chats", middlingWord + " -" + commonWord, hundred},
	{"search: a common word, 10,000 chats", commonWord, everywhere},
	{"search: a rare word, 10,000 chats", rareWord, everywhere},
	{"search: two words, 10,000 chats", commonWord + " " + middlingWord, everywhere},
	{"search: a common word, one small chat", commonWord, single},
}

const (
	indexPoll      = time.Second
	indexDeadline  = time.Hour
	searchesOfKind = 20

	selectIndexed = `SELECT CAST(coalesce(sum(seq), 0) AS bigint) FROM search_positions`
	// On PostgreSQL the index of words is built after all was read, and searches are slow until then.
	selectWordsBuilt = `
		SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('search_index_words') AND indisvalid)`
)

// measureSearches has the server index all that there is, and searches.
func (g *grown) measureSearches(ctx context.Context, o growthOptions) ([]growthCost, error) {
	server, err := g.lab.startServer(ctx, "growth", "warn", g.database)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := g.awaitIndex(ctx); err != nil {
		return nil, server.explain(err)
	}
	g.lab.note("%d messages: indexing took %.0f s in all", g.messages, time.Since(began).Seconds())
	var costs []growthCost
	for _, query := range growthQueries {
		var times []time.Duration
		for range searchesOfKind {
			began := time.Now()
			if err := searchOnce(ctx, server.address, token(query.by).Reveal(), query.text); err != nil {
				g.lab.note("%s: %v", query.name, err)
			}
			times = append(times, time.Since(began))
		}
		slices.Sort(times)
		costs = append(costs, growthCost{kind: query.name, time: times[len(times)/2]})
		g.lab.note("%d messages, %s: %v", g.messages, query.name, times[len(times)/2])
	}
	return costs, server.stop()
}

// awaitIndex waits until each chat is indexed to its end, and the index of words is built.
func (g *grown) awaitIndex(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, indexDeadline)
	defer cancel()
	for read := false; ; {
		var indexed, messages int64
		if err := g.database.sql.QueryRowContext(ctx, selectIndexed).Scan(&indexed); err != nil {
			return fmt.Errorf("how much is indexed: %w", err)
		}
		_, messages, err := g.database.count(ctx)
		if err != nil {
			return err
		}
		if indexed >= messages {
			if !read {
				read = true
				g.lab.note("%d messages: all are read", g.messages)
			}
			if built, err := g.wordsBuilt(ctx); err != nil || built {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d messages are indexed: %w", indexed, messages, ctx.Err())
		case <-time.After(indexPoll):
		}
	}
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
