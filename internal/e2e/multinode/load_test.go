package multinode

import (
	"testing"
	"time"

	"messenger-api/internal/testkit"
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

// start lets the workers operate, with so long a pause after each operation.
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

// run does so many operations at full speed.
func (l *load) run(t *testing.T, operations int) {
	t.Helper()
	running := l.start(t, 0)
	running.Await(operations)
	running.Stop()
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
