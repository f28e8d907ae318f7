package config

import "testing"

func TestQueueAddress(t *testing.T) {
	for _, c := range []struct {
		given          []string
		address, shown string
	}{
		{nil, "", ""},
		{[]string{"RMQ_USER=u", "RMQ_PASSWORD=p", "RMQ_PORT=1"}, "", ""},
		{[]string{"RMQ_URL=amqps://u:p%2Fw@mq:5671/v"}, "amqps://u:p%2Fw@mq:5671/v", "amqps://u:****@mq:5671/v"},
		{[]string{"RMQ_HOST=mq"}, "amqp://mq:5672", "amqp://mq:5672"},
		{[]string{"RMQ_HOST=::1", "RMQ_PORT=1"}, "amqp://[::1]:1", "amqp://[::1]:1"},
		{[]string{"RMQ_HOST=mq", "RMQ_USER=u"}, "amqp://u@mq:5672", "amqp://****@mq:5672"},
		{[]string{"RMQ_HOST=mq", "RMQ_USER=u@v", "RMQ_PASSWORD=p/@#w"}, "amqp://u%40v:p%2F%40%23w@mq:5672", "amqp://u%40v:****@mq:5672"},
		{[]string{"RMQ_HOST=mq", "RMQ_PASSWORD=pw"}, "amqp://guest:pw@mq:5672", "amqp://guest:****@mq:5672"},
	} {
		queue := load(t, c.given...).Queue
		if got := text(queue.Address()); got != c.address || queue.IsSet() != (c.address != "") {
			t.Errorf("%q: %q, set: %v; want %q", c.given, got, queue.IsSet(), c.address)
		}
		if got := queue.Redacted(); got != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.given, got, c.shown)
		}
	}
}
