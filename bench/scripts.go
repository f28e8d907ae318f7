package main

import (
	"fmt"
	"net/http"
)

// readsPerSend is how much more is read than written in the mixed load.
const readsPerSend = 20

// script makes what one client sends in turn, over and over.
type script func(p *population, client int) []request

func (p *population) send(by *speaker, to user) request {
	path := fmt.Sprintf("/v1/chats/%s/messages?user_id=%s", to.chatID, to.userID)
	return post(path, by.session, fmt.Sprintf(`{"message": %q}`, p.text))
}

func (p *population) page(by *speaker, chat int) request {
	return get(fmt.Sprintf("/v1/chats/%s/messages?limit=%d", p.chats[chat%len(p.chats)], pageLimit), by.session)
}

// sends go to the client's chats in turn.
func sends(p *population, client int) []request {
	by := p.speakers[client]
	var script []request
	for i := range chatsEach {
		script = append(script, p.send(by, by.users[1+(client+i)%chatsEach]))
	}
	return script
}

// sendsToOneChat all go to the chat that all share.
func sendsToOneChat(p *population, client int) []request {
	by := p.speakers[client]
	return []request{p.send(by, by.users[0])}
}

// sendsBesideALock has the first client send to the chat that all share, which is
// locked, and all others to their other chats.
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

// pages are the newest ones of all chats in turn.
func pages(p *population, client int) []request {
	by := p.speakers[client]
	var script []request
	for chat := range p.chats {
		script = append(script, p.page(by, client*7+chat))
	}
	return script
}

// mixed is one send to some reads of pages; the clients don't send in step.
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

// scriptsOf are the scripts of the first so many clients.
func (p *population) scriptsOf(clients int, does script) [][]request {
	var all [][]request
	for client := range clients {
		all = append(all, does(p, client))
	}
	return all
}
