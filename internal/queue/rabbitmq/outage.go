package rabbitmq

import (
	"log/slog"
	"sync"
	"time"
)

// outage logs that a queue can't be consumed: once when it is lost, and once when
// it is found. Safe for concurrent use.
type outage struct {
	log  *slog.Logger
	what string // is in the queue
	// within is an outage of which this one may be a part: then it is not logged.
	within *outage

	mu     sync.Mutex
	since  time.Time // zero while there is none
	logged bool
}

// report says that the queue can't be consumed now.
func (o *outage) report(cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.since.IsZero():
		o.since = time.Now()
		if o.within != nil {
			return // the other may not have noticed yet
		}
	case o.logged || o.within != nil && o.within.lasts():
		return
	}
	o.logged = true
	o.log.Warn("RabbitMQ can't be used: no "+o.what+" are taken until it can", "error", cause)
}

// end says that the queue is consumed.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.logged {
		o.log.Info("RabbitMQ is in use again: "+o.what+" are taken", "after", time.Since(o.since).Round(time.Millisecond))
	}
	o.since, o.logged = time.Time{}, false
}

func (o *outage) lasts() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.since.IsZero()
}
