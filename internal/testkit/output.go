package testkit

import (
	"bytes"
	"encoding/json"
	"sync"
)

// output stores all that a server prints and logs. It is safe for concurrent use.
type output struct {
	mu      sync.Mutex
	text    []byte
	read    int // lines before this index were searched for the address
	address chan addresses
	found   bool
}

// addresses are where a server listens; metrics is empty where there are none.
type addresses struct{ api, metrics string }

func newOutput() *output { return &output{address: make(chan addresses, 1)} }

// Write implements io.Writer. It looks for the log event with the addresses, and sends them to address.
func (o *output) Write(part []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, part...)
	for !o.found {
		length := bytes.IndexByte(o.text[o.read:], '\n')
		if length < 0 {
			break
		}
		var event struct{ Msg, Address, Metrics string }
		line := o.text[o.read : o.read+length]
		o.read += length + 1
		if json.Unmarshal(line, &event) == nil && (event.Msg == "serving" || event.Msg == "consuming") {
			o.found = true
			o.address <- addresses{event.Address, event.Metrics}
		}
	}
	return len(part), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}
