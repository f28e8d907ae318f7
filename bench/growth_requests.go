package main

import (
	"fmt"
	"math/rand/v2"

	"messenger-api/internal/messenger"
)

// growthKind is a kind of request that is measured.
type growthKind struct {
	name   string
	cached bool // the app cache is on
	next   func(g *grown, random *rand.Rand, i int) request
}

func growthKinds() []growthKind {
	return []growthKind{
		{"send to the largest chat", false, func(g *grown, _ *rand.Rand, _ int) request { return g.send(0, sender, "") }},
		{"send to a large chat", false, func(g *grown, _ *rand.Rand, i int) request { return g.send(i%10, sender, "") }},
		{"send to a small chat", false, func(g *grown, random *rand.Rand, _ int) request {
			return g.send(g.smallChat(random), everywhere, "")
		}},
		{"send again what is stored", false, func(g *grown, _ *rand.Rand, i int) request {
			return g.send(0, sender, fmt.Sprintf("again-%d", i%10))
		}},
		{"join again under a known name", false, func(g *grown, _ *rand.Rand, _ int) request {
			return post(fmt.Sprintf("/v1/chats/%s/users", g.id(chatID, 0, 0)), token(sender).Reveal(),
				fmt.Sprintf(`{"user_name": "user %d"}`, sender))
		}},
		{"list of sessions", false, func(*grown, *rand.Rand, int) request {
			return get("/v1/auth/sessions", token(sender).Reveal())
		}},
		{"newest page of 50, largest chat", false, func(g *grown, _ *rand.Rand, _ int) request { return g.page(0, 0, 50) }},
		{"page of 50 anywhere in the largest chat", false, func(g *grown, random *rand.Rand, _ int) request {
			return g.page(0, 2+random.IntN(g.messages/6), 50)
		}},
		{"page of 1000 in the largest chat", false, func(g *grown, random *rand.Rand, _ int) request {
			return g.page(0, 1001+random.IntN(g.messages/6), 1000)
		}},
		{"newest page of 50, large chats", false, func(g *grown, random *rand.Rand, _ int) request {
			return g.page(1+random.IntN(largeChats), 0, 50)
		}},
		{"newest page of 50, small chats", false, func(g *grown, random *rand.Rand, _ int) request {
			return g.page(g.smallChat(random), 0, 50)
		}},
		{"page of 50 from the cache", true, func(g *grown, _ *rand.Rand, i int) request { return g.page(i%10, 0, 50) }},
	}
}

// smallChat is one that the account that is everywhere is in.
func (g *grown) smallChat(random *rand.Rand) int {
	return 1 + largeChats + random.IntN(min(g.small, mostChats-largeChats-1))
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
