package config

import "testing"

func TestBackendURLs(t *testing.T) {
	for _, entry := range []string{
		"REDIS_URL=redis://cache", "REDIS_URL=redis://cache/", "REDIS_URL=REDISS://me:p@[::1]:1/15", "REDIS_URL=redis://cache/2147483647",
		"RMQ_URL=amqp://mq", "RMQ_URL=amqp://mq/", "RMQ_URL=amqp://mq/%2F", "RMQ_URL=amqp://mq//", "RMQ_URL=AMQP://me:p@[::1]:1/a%20b",
		"RMQ_URL=amqp://mq?heartbeat=0&channel_max=65535&auth_mechanism=PLAIN&auth_mechanism=external",
		"RMQ_URL=amqps://mq/v?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem&server_name_indication=mq.example",
	} {
		load(t, entry)
	}
}
