package multinode

import (
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

const (
	workers = 8
	// sendEvery: one of this many operations is a send.
	sendEvery = 6
	// slowly is the pause after an operation while Redis is down, so that the operations last longer
	// than a page is cached.
	slowly = 40 * time.Millisecond
)

// limits are the sizes of the pages that are read.
var limits = []int{1, 20, 50}

// load has clients that write and read by both nodes.
type load struct {
	cluster *cluster
	history history
	chats   []string
	users   []string
}

// newLoad creates the chats. To the first two both nodes write, to each of the others only one.
func newLoad(c *cluster) *load {
	l := &load{cluster: c}
	for range 4 {
		chat := c.alice[0].CreateChat("chat")
		l.chats = append(l.chats, chat)
		l.users = append(l.users, c.alice[0].Join(chat, "writer"))
	}
	return l
}

// start starts the workers, with a pause after each operation.
func (l *load) start(t *testing.T, pause time.Duration) *testkit.Load {
	t.Helper()
	all := make([]*worker, workers)
	for number := range all {
		all[number] = newWorker(t, l, number)
	}
	return testkit.StartLoad(t, workers, func(worker, _ int) bool {
		all[worker].operate()
		time.Sleep(pause)
		return true
	})
}

// run runs a number of operations without pauses.
func (l *load) run(t *testing.T, operations int) {
	t.Helper()
	running := l.start(t, 0)
	running.Await(operations)
	running.Stop()
}

// verify checks all reads so far.
func (l *load) verify(t *testing.T) {
	t.Helper()
	for node := range l.cluster.nodes {
		outages := outagesOf(t, l.cluster.nodes[node])
		for i := range l.history.sent {
			s := &l.history.sent[i]
			s.connected = s.connected || s.node == node && !during(outages, s.began, s.answered)
		}
	}
	l.history.verify(t, l.cluster.alice[0], l.chats)
}
