package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"messenger-api/internal/messenger"
)

// growthServer says which apps a kind of request is measured with.
type growthServer int

const (
	uncached growthServer = iota
	cached
	searching
)

// growthKind is a kind of request that is measured.
type growthKind struct {
	name string
	on   growthServer
	// ratio is the target from the smallest size to the largest; most the one for the time at the largest, 0 for none.
	ratio float64
	most  time.Duration
	next  func(g *grown, random *rand.Rand, i int) request
	query growthQuery
}

// The targets.
const (
	sendRatio   = 1.5
	cachedRatio = 1.5
	readRatio   = 2
	searchRatio = 2
)

func growthKinds() []growthKind {
	return []growthKind{
		{name: "send to the largest chat", ratio: sendRatio, next: func(g *grown, _ *rand.Rand, _ int) request {
			return g.send(0, sender, "")
		}},
		{name: "send to a large chat", ratio: sendRatio, next: func(g *grown, _ *rand.Rand, i int) request {
			return g.send(i%10, sender, "")
		}},
		{name: "send to a small chat", ratio: sendRatio, next: func(g *grown, random *rand.Rand, _ int) request {
			return g.send(g.smallChat(random), everywhere, "")
		}},
		{name: "send again what is stored", ratio: sendRatio, next: func(g *grown, _ *rand.Rand, i int) request {
			return g.send(0, sender, fmt.Sprintf("again-%d", i%10))
		}},
		{name: "join again under a known name", ratio: readRatio, next: func(g *grown, _ *rand.Rand, _ int) request {
			return post(fmt.Sprintf("/v1/chats/%s/users", g.id(chatID, 0, 0)), token(sender).Reveal(),
				fmt.Sprintf(`{"user_name": "user %d"}`, sender))
		}},
		{name: "list of sessions", ratio: readRatio, next: func(*grown, *rand.Rand, int) request {
			return get("/v1/auth/sessions", token(sender).Reveal())
		}},
		{name: "newest page of 50, largest chat", ratio: readRatio, next: func(g *grown, _ *rand.Rand, _ int) request {
			return g.page(0, 0, 50)
		}},
		{name: "page of 50 anywhere in the largest chat", ratio: readRatio, next: func(g *grown, random *rand.Rand, _ int) request {
			return g.page(0, 51+random.IntN(g.messages/6), 50)
		}},
		{name: "page of 1000 in the largest chat", ratio: readRatio, next: func(g *grown, random *rand.Rand, _ int) request {
			return g.page(0, 1001+random.IntN(g.messages/6), 1000)
		}},
		{name: "newest page of 50, large chats", ratio: readRatio, next: func(g *grown, random *rand.Rand, _ int) request {
			return g.page(1+random.IntN(largeChats), 0, 50)
		}},
		{name: "newest page of 50, small chats", ratio: readRatio, next: func(g *grown, random *rand.Rand, _ int) request {
			return g.page(1+largeChats+random.IntN(g.fullSmallChats(50)), 0, 50)
		}},
		{name: "page of 50 from the cache", on: cached, ratio: cachedRatio, next: func(g *grown, _ *rand.Rand, i int) request {
			return g.page(i%10, 0, 50)
		}},
	}
}

// smallChat is one that the account that is everywhere is in.
func (g *grown) smallChat(random *rand.Rand) int {
	return 1 + largeChats + random.IntN(min(g.small, mostChats-largeChats-1))
}

// fullSmallChats is how many of the small chats, the first, have at least so many messages (see chatOf), with a fifth to
// spare for chance.
func (g *grown) fullSmallChats(messages int) int {
	first := 0.1 * float64(g.messages) / math.Cbrt(float64(g.small)) // of the first one, as the density is there
	return max(1, int(math.Pow(first/(1.2*float64(messages)), 1.5)))
}

func (g *grown) send(chat, account int, key string) request {
	path := fmt.Sprintf("/v1/chats/%s/messages?user_id=%s", g.id(chatID, chat, 0), g.id(userID, account, chat))
	body := `{"message": "Встретимся завтра at the station, I will send the contract"}`
	if key != "" {
		body = fmt.Sprintf(`{"message": "the same", "client_message_id": %q}`, key)
	}
	return post(path, token(account).Reveal(), body)
}

// page reads a page of messages before the number, or the newest one.
func (g *grown) page(chat, before, limit int) request {
	id := g.id(chatID, chat, 0)
	path := fmt.Sprintf("/v1/chats/%s/messages?limit=%d", id, limit)
	if before > 0 {
		path += "&from=" + messenger.Cursor{ChatID: id, Before: int64(before)}.String()
	}
	return get(path, token(sender).Reveal())
}
