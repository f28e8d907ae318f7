package multinode

import (
	"slices"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// oldest is how old a page may be that lacks what a node sent which did not reach
// Redis: 5 s, and what Redis's milliseconds may add.
const oldest = 5*time.Second + 2*time.Millisecond

// history is what clients sent and read. Safe for concurrent use.
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
	// reached says that its node reached Redis all the while. Then every read
	// afterwards has the message; else, those that begin 5 s later.
	reached bool
}

// read is a first page, or the one that a 304 named.
type read struct {
	chat string
	node int
	// began is a time before the request.
	began time.Time
	limit int
	// ids are those of its messages, newest first.
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

// verify holds every read against the log as it is in the end, and against what
// had been answered before the read began.
func (h *history) verify(t *testing.T, c *testkit.Client, chats []string) {
	t.Helper()
	for _, chat := range chats {
		log, place := h.log(t, c, chat)
		var older int
		for _, r := range h.reads {
			if r.chat != chat {
				continue
			}
			length := 0 // of the log when the page was made
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

// log gives the ids of a chat's messages, oldest first, and the place of each. All
// that was answered 201 must be there.
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

// check counts a read as old where its page, made when the log had this length,
// lacks a message that it must have.
func (h *history) check(t *testing.T, r read, length int, place map[string]int) (old int) {
	t.Helper()
	for _, s := range h.sent {
		if s.chat != r.chat || place[s.id] < length {
			continue
		}
		age := r.began.Sub(s.answered)
		if age > oldest || age > 0 && s.reached {
			t.Logf("node %d: a read has no message that was answered %v before (its node reached Redis: %v)", r.node, age, s.reached)
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
