package config

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
)

// IsSet reports whether RabbitMQ is used as the queue.
func (q Queue) IsSet() bool { return q.URL.Reveal() != nil || q.Host != "" }

// Address returns the address of RabbitMQ, with the password, or nil if it is not set. If it has neither user nor
// password, the client library uses RabbitMQ's defaults.
func (q Queue) Address() *url.URL {
	if q.URL.Reveal() != nil || q.Host == "" {
		return q.URL.Reveal()
	}
	address := &url.URL{Scheme: "amqp", Host: net.JoinHostPort(string(q.Host), strconv.Itoa(q.Port))}
	switch user, password := q.User, q.Password.Reveal(); {
	case user != "" && password == "":
		address.User = url.User(user)
	case user != "" || password != "":
		address.User = url.UserPassword(cmp.Or(user, "guest"), password)
	}
	return address
}

// Redacted returns the address with the password masked.
func (q Queue) Redacted() string { return URL{q.Address()}.String() }
