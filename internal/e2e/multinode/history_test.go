package multinode

import (
	"slices"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// maxStaleness is for how long pages may lack a message of a node without a connection to Redis: 5 s, and some for
// the precision of Redis's times.
const maxStaleness = 5*time.Second + 2*time.Millisecond

// history has what clients sent and read. It is safe for concurrent use.
type history struct {
	mu    sync.Mutex
	sent  []sent
	reads []read
}

// sent is a message that was answered 201.
type sent struct {
	chat string
	node int
	id   string
	// The times before the request and after the answer.
	began, answered time.Time
	// connected: its node was connected to Redis meanwhile. Then every later read must have the
	// message; otherwise every read that begins 5 s later.
	connected bool
}

// read is a first page, or the one that a 304 named.
type read struct {
	chat string
	node int
	// began is the time before the request.
	began time.Time
	limit int
	// ids are the message ids, newest first.
	ids []string
}

func (h *history) addSent(s sent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = append(h.sent, s)
}

func (h *history) addRead(r read) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads = append(h.reads, r)
}

// verify compares every read with the final log, and with what had been acknowledged before it began.
func (h *history) verify(t *testing.T, c *testkit.Client, chats []string) {
	t.Helper()
	for _, chat := range chats {
		log, place := h.log(t, c, chat)
		var older int
		for _, r := range h.reads {
			if r.chat != chat {
				continue
			}
			length := 0 // of the log when the page was read from the database
			if len(r.ids) > 0 {
				length = place[r.ids[0]] + 1
			}
			if want := log[max(0, length-r.limit):length]; !slices.Equal(r.ids, reversed(want)) {
				t.Fatalf("a page of %d messages is no part of the log: %q", r.limit, r.ids)
			}
			older += h.check(t, r, length, place)
		}
		if older > 0 {
			t.Errorf("chat %s: %d reads got an old page", chat, older)
		}
	}
	t.Logf("%d sends and %d reads", len(h.sent), len(h.reads))
}

// log returns the ids of a chat's messages, oldest first, and the index of each. All acknowledged messages
// must be there.
func (h *history) log(t *testing.T, c *testkit.Client, chat string) (log []string, place map[string]int) {
	t.Helper()
	for _, message := range slices.Backward(c.ReadAll(chat, 500)) {
		log = append(log, message.MessageID)
	}
	place = map[string]int{}
	for i, id := range log {
		place[id] = i
	}
	for _, s := range h.sent {
		if _, ok := place[s.id]; s.chat == chat && !ok {
			t.Fatalf("the message %s was answered 201 and is lost", s.id)
		}
	}
	return log, place
}

// check counts a read as stale where its page, of a log of this length, lacks a message that it must have.
func (h *history) check(t *testing.T, r read, length int, place map[string]int) (old int) {
	t.Helper()
	for _, s := range h.sent {
		if s.chat != r.chat || place[s.id] < length {
			continue
		}
		age := r.began.Sub(s.answered)
		if age > maxStaleness || age > 0 && s.connected {
			t.Logf("node %d: a read has no message that was answered %v before (its node was connected to Redis: %v)", r.node, age, s.connected)
			return 1
		}
	}
	return 0
}

func reversed(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}
