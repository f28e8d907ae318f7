package config

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
)

// IsSet tells whether RabbitMQ is the queue.
func (q Queue) IsSet() bool { return q.URL.Reveal() != nil || q.Host != "" }

// Address is where RabbitMQ is, the password included; nil where it is not set. Without a name and a password they
// are RabbitMQ's own defaults.
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

// Redacted is the address with the password masked.
func (q Queue) Redacted() string { return URL{q.Address()}.String() }
