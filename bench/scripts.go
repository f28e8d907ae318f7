package main

import (
	"fmt"
	"net/http"
)

// readsPerSend is the ratio of reads to sends in the mixed load.
const readsPerSend = 20

// script returns the requests that one client sends repeatedly.
type script func(p *population, client int) []request

func (p *population) send(by *speaker, to user) request {
	path := fmt.Sprintf("/v1/chats/%s/messages?user_id=%s", to.chatID, to.userID)
	return post(path, by.session, fmt.Sprintf(`{"message": %q}`, p.text))
}

func (p *population) page(by *speaker, chat int) request {
	return get(fmt.Sprintf("/v1/chats/%s/messages?limit=%d", p.chats[chat%len(p.chats)], pageLimit), by.session)
}

// sends sends to the client's chats, one after the other.
func sends(p *population, client int) []request {
	by := p.speakers[client]
	var script []request
	for i := range chatsEach {
		script = append(script, p.send(by, by.users[1+(client+i)%chatsEach]))
	}
	return script
}

// sendsToOneChat sends to the chat that all share.
func sendsToOneChat(p *population, client int) []request {
	by := p.speakers[client]
	return []request{p.send(by, by.users[0])}
}

// sendsBesideALock lets the first client send to the chat that all share, which is locked, and all others
// to their other chats.
func sendsBesideALock(p *population, client int) []request {
	by := p.speakers[client]
	if client == 0 {
		refused := p.send(by, by.users[0])
		refused.want = http.StatusServiceUnavailable
		return []request{refused}
	}
	var script []request
	for _, to := range by.users[1:] {
		if to.chatID != p.chats[0] {
			script = append(script, p.send(by, to))
		}
	}
	return script
}

// pages reads the newest pages of all chats, one after the other.
func pages(p *population, client int) []request {
	by := p.speakers[client]
	var script []request
	for chat := range p.chats {
		script = append(script, p.page(by, client*7+chat))
	}
	return script
}

// mixed is one send and readsPerSend reads of pages; the clients send at different times.
func mixed(p *population, client int) []request {
	read, sent := pages(p, client), sends(p, client)
	var script []request
	for i := range chats * readsPerSend {
		if (i+client)%readsPerSend == 0 {
			script = append(script, sent[i/readsPerSend%len(sent)])
		}
		script = append(script, read[i%len(read)])
	}
	return script
}

// scriptsOf returns the scripts of the first clients.
func (p *population) scriptsOf(clients int, does script) [][]request {
	var all [][]request
	for client := range clients {
		all = append(all, does(p, client))
	}
	return all
}
