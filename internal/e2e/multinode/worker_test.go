package multinode

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// worker is one client of the load, with one request at a time.
type worker struct {
	load   *load
	t      *testing.T
	random *rand.Rand
	// known are the pages that it has read, by path.
	known map[string]known
}

// known is a page that a client has read, with its ETag.
type known struct {
	etag string
	ids  []string
}

func newWorker(t *testing.T, l *load, number int) *worker {
	return &worker{l, t, rand.New(rand.NewPCG(1, uint64(number))), map[string]known{}}
}

// operate runs one random operation.
func (w *worker) operate() {
	chat := w.random.IntN(len(w.load.chats))
	if w.random.IntN(sendEvery) > 0 {
		w.read(chat, w.random.IntN(2))
		return
	}
	node := chat - 2
	if node < 0 {
		node = w.random.IntN(2)
	}
	w.send(chat, node)
}

func (w *worker) send(chat, node int) {
	began := time.Now()
	path := testkit.MessagesPath(w.load.chats[chat], w.load.users[chat])
	answer, err := w.load.cluster.alice[node].Try(http.MethodPost, path, messenger.MessageCreation{Message: "text"})
	if err != nil || answer.Status != http.StatusCreated {
		w.t.Errorf("send at node %d: %s, %v; want 201", node, answer, err)
		return
	}
	w.load.history.addSent(sent{
		chat: w.load.chats[chat], node: node, id: answer.Field("message_id"), began: began, answered: time.Now(),
	})
}

// read reads a page, with If-None-Match if the client has read it before.
func (w *worker) read(chat, node int) {
	limit := limits[w.random.IntN(len(limits))]
	path := testkit.PagePath(w.load.chats[chat], limit, "")
	var headers []string
	before := w.known[path]
	if before.etag != "" && w.random.IntN(2) == 0 {
		headers = []string{"If-None-Match", before.etag}
	}
	began := time.Now()
	answer, err := w.load.cluster.alice[node].Try(http.MethodGet, path, nil, headers...)
	switch {
	case err == nil && answer.Status == http.StatusOK:
		before = known{answer.Header.Get("ETag"), idsOf(answer)}
		w.known[path] = before
	case err == nil && answer.Status == http.StatusNotModified && headers != nil:
		if len(answer.Body) > 0 || answer.Header.Get("ETag") != before.etag {
			w.t.Errorf("a 304 with the ETag %s and %d bytes; want %s and none", answer.Header.Get("ETag"), len(answer.Body), before.etag)
		}
	default:
		w.t.Errorf("read at node %d: %s, %v; want 200 or 304", node, answer, err)
		return
	}
	w.load.history.addRead(read{w.load.chats[chat], node, began, limit, before.ids})
}

func idsOf(answer testkit.Answer) (ids []string) {
	var page messenger.MessagePage
	answer.Decode(&page)
	for _, message := range page.Messages {
		ids = append(ids, message.MessageID)
	}
	return ids
}
