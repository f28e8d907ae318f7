package config

import (
	"errors"
	"net"
	"strconv"
	"strings"
)

// RedisURL is the address of Redis, or of the Sentinels that find it.
type RedisURL struct {
	URL
	// Sentinels are those after the first, which is the URL's host, each as host:port.
	Sentinels []string
}

// UnmarshalText parses a URL. Its path is optional: the number of a database, and for Sentinels the name of the master
// before it. Parameters are not allowed.
func (u *RedisURL) UnmarshalText(text []byte) error {
	first, others, err := splitSentinels(string(text))
	if err != nil {
		return err
	}
	if err := u.URL.UnmarshalText([]byte(first)); err != nil {
		return err
	}
	u.Sentinels = others
	if u.parsed.RawQuery != "" || u.parsed.ForceQuery {
		return errors.New("a parameter")
	}
	database := strings.Trim(u.parsed.Path, "/")
	if isSentinelURL(first) {
		var master string
		if master, database, _ = strings.Cut(database, "/"); master == "" {
			return errors.New("no name of a master")
		}
	}
	if database != "" {
		if _, err := strconv.ParseUint(database, 10, 31); err != nil {
			return errors.New("not the number of a database") // err quotes the text, which may be a password
		}
	}
	return nil
}

func isSentinelURL(address string) bool {
	scheme, _, _ := strings.Cut(address, "://")
	return strings.HasSuffix(strings.ToLower(scheme), "+sentinel")
}

// splitSentinels removes all Sentinels but the first from an address: net/url accepts one host only.
func splitSentinels(address string) (first string, others []string, err error) {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path, _ := strings.Cut(rest, "/")
	user := authority[:strings.LastIndexByte(authority, '@')+1]
	hosts := strings.Split(authority[len(user):], ",")
	if !isSentinelURL(address) || len(hosts) == 1 {
		return address, nil, nil
	}
	for _, host := range hosts[1:] {
		const sentinelPort = "26379"
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = strings.Trim(host, "[]"), sentinelPort
		}
		if _, ok := parsePort(port); !ok || !validHost(name) {
			return "", nil, errors.New("an invalid host")
		}
		others = append(others, net.JoinHostPort(name, port))
	}
	return scheme + "://" + user + hosts[0] + "/" + path, others, nil
}

// Prefix is a prefix of keys or names.
type Prefix string

// UnmarshalText parses a prefix. It may have no characters with a meaning in the patterns of Redis and RabbitMQ.
func (p *Prefix) UnmarshalText(text []byte) error {
	const maxLength = 100
	if len(text) > maxLength || !validName(string(text), ":") {
		return invalidValue{"must be letters, digits and the characters : . _ - alone, 100 at most", string(text)}
	}
	*p = Prefix(text)
	return nil
}

// BrokerURL is the address of RabbitMQ.
type BrokerURL struct{ URL }

// UnmarshalText parses a URL. It accepts only parameters that the client library uses, with valid values: with an
// invalid one every attempt to connect would fail.
func (u *BrokerURL) UnmarshalText(text []byte) error {
	if err := u.URL.UnmarshalText(text); err != nil {
		return err
	}
	for name, values := range u.parsed.Query() {
		for _, value := range values {
			if !validBrokerParameter(u.parsed.Scheme, name, value) {
				return errors.New("an invalid parameter")
			}
		}
	}
	return nil
}

// validBrokerParameter accepts the parameters of the client library. connection_timeout is not accepted, because it has
// no effect: internal/queue/rabbitmq dials itself.
func validBrokerParameter(scheme, name, value string) bool {
	switch name {
	case "heartbeat", "channel_max":
		_, err := strconv.ParseUint(value, 10, 16)
		return err == nil
	case "auth_mechanism":
		switch strings.ToLower(value) {
		case "plain", "amqplain", "external":
			return true
		}
	case "cacertfile", "certfile", "keyfile", "server_name_indication":
		return scheme == "amqps" && value != ""
	}
	return false
}
