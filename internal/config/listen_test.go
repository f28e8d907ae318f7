package config

import "testing"

func TestOneAddressTwice(t *testing.T) {
	const (
		serves   = "METRICS_ADDR: is the address of HOST and PORT, on which the server listens; choose another port for one of the two"
		consumes = "CONSUMER_METRICS_ADDR: is the address of HOST and CONSUMER_PORT, on which the consumer listens; choose another port for one of the two"
	)
	consumer := []string{"POSTGRES_HOSTS=db", "POSTGRES_USER=u", "POSTGRES_DB=d", "RMQ_HOST=mq"}
	for _, environ := range [][]string{
		{"PORT=18099", "METRICS_ADDR=127.0.0.1:18099"},
		{"PORT=18099", "METRICS_ADDR=0.0.0.0:018099"},
		{"METRICS_ADDR=127.0.0.1:8080"},
		{"METRICS_ADDR=metrics.example:8080"},
		{"HOST=::", "METRICS_ADDR=127.0.0.1:8080"},
		{"HOST=127.0.0.1", "METRICS_ADDR=:8080"},
		{"HOST=127.0.0.1", "METRICS_ADDR=[::]:8080"},
		{"HOST=127.0.0.1", "METRICS_ADDR=[::ffff:127.0.0.1]:8080"},
		{"HOST=Localhost", "METRICS_ADDR=127.0.0.1:8080"},
		{"HOST=node.example", "METRICS_ADDR=Node.example:8080"},
		{"HOST=::1", "METRICS_ADDR=[0:0::1]:8080"},
	} {
		wantFaults(t, serves, environ...)
	}
	wantFaults(t, consumes, append(consumer, "CONSUMER_METRICS_ADDR=127.0.0.1:8081")...)
	wantFaults(t, serves+"\n"+consumes,
		append(consumer, "PORT=1", "METRICS_ADDR=:1", "CONSUMER_PORT=2", "CONSUMER_METRICS_ADDR=localhost:2")...)
	wantFaults(t, `HOST: must be a host name or an IP address, not "a b"`, "HOST=a b", "METRICS_ADDR=127.0.0.1:8080")
	for _, environ := range [][]string{
		{"PORT=9090"}, // if the metrics' default address is taken, metrics are not served
		{"PORT=0", "METRICS_ADDR=127.0.0.1:0"},
		{"METRICS_ADDR=127.0.0.1:8081"},
		{"HOST=127.0.0.1", "METRICS_ADDR=127.0.0.2:8080"},
		{"HOST=127.0.0.1", "METRICS_ADDR=[::1]:8080"},
		{"HOST=10.0.0.1", "METRICS_ADDR=localhost:8080"},
		{"APPS=auth,api", "METRICS_ADDR=127.0.0.1:8080"},
		{"CONSUMER_METRICS_ADDR=127.0.0.1:8081"},
	} {
		load(t, environ...)
	}
}
