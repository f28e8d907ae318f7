package multinode

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/testkit/await"
)

const (
	workers = 8
	// sendEvery: of so many operations one is a send.
	sendEvery = 6
	// slowly is the pause after an operation while Redis fails, so that there are
	// operations for longer than a page lives.
	slowly = 40 * time.Millisecond
)

// limits are the sizes of the pages that are read.
var limits = []int{1, 20, 50}

// load is clients that write and read on both nodes.
type load struct {
	cluster *cluster
	history history
	chats   []string
	users   []string
}

// newLoad makes the chats. All nodes write to the first two, one alone to each of
// the others.
func newLoad(c *cluster) *load {
	l := &load{cluster: c}
	for range 4 {
		chat := c.alice[0].CreateChat("chat")
		l.chats = append(l.chats, chat)
		l.users = append(l.users, c.alice[0].Join(chat, "writer"))
	}
	return l
}

// run does so many operations and waits for the last.
func (l *load) run(t *testing.T, operations int, pause time.Duration) {
	t.Helper()
	var begun atomic.Int64
	var all sync.WaitGroup
	for number := range workers {
		all.Go(func() {
			w := newWorker(t, l, number)
			for begun.Add(1) <= int64(operations) && !t.Failed() {
				w.operate()
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
}

// runWhile does so many operations slowly while f breaks something and mends it.
func (l *load) runWhile(t *testing.T, operations int, f func()) {
	t.Helper()
	var all sync.WaitGroup
	defer all.Wait() // also where f ends the test
	all.Go(func() { l.run(t, operations, slowly) })
	f()
}

// await waits until there were so many more operations.
func (l *load) await(t *testing.T, more int) {
	t.Helper()
	goal := l.history.operations() + more
	await.Until(t, fmt.Sprintf("%d operations", more), func() bool { return l.history.operations() >= goal })
}

// verify checks all that was read so far.
func (l *load) verify(t *testing.T) {
	t.Helper()
	for node := range l.cluster.nodes {
		outages := outagesOf(t, l.cluster.nodes[node])
		for i := range l.history.sent {
			s := &l.history.sent[i]
			s.reached = s.reached || s.node == node && !during(outages, s.began, s.answered)
		}
	}
	l.history.verify(t, l.cluster.alice[0], l.chats)
}
