package config

import (
	"errors"
	"net"
	"strconv"
	"strings"
)

// RedisURL is the address of Redis, or of the Sentinels that know where it is.
type RedisURL struct {
	URL
	// Sentinels are further ones beside that of the URL, as host:port.
	Sentinels []string
}

// UnmarshalText reads a URL whose path, if it has one, is the number of a database, behind the name of the master where
// it is that of Sentinels. Redis gives no parameter a meaning.
func (u *RedisURL) UnmarshalText(text []byte) error {
	one, others, err := splitSentinels(string(text))
	if err != nil {
		return err
	}
	if err := u.URL.UnmarshalText([]byte(one)); err != nil {
		return err
	}
	u.Sentinels = others
	if u.parsed.RawQuery != "" || u.parsed.ForceQuery {
		return errors.New("a parameter")
	}
	database := strings.Trim(u.parsed.Path, "/")
	if isOfSentinels(one) {
		var master string
		if master, database, _ = strings.Cut(database, "/"); master == "" {
			return errors.New("no name of a master")
		}
	}
	if database != "" {
		if _, err := strconv.ParseUint(database, 10, 31); err != nil {
			return errors.New("not the number of a database") // the cause holds the text
		}
	}
	return nil
}

func isOfSentinels(address string) bool {
	scheme, _, _ := strings.Cut(address, "://")
	return strings.HasSuffix(strings.ToLower(scheme), "+sentinel")
}

// splitSentinels takes all Sentinels but the first out of an address: a URL has one host.
func splitSentinels(address string) (one string, others []string, err error) {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path, _ := strings.Cut(rest, "/")
	user := authority[:strings.LastIndexByte(authority, '@')+1]
	hosts := strings.Split(authority[len(user):], ",")
	if !isOfSentinels(address) || len(hosts) == 1 {
		return address, nil, nil
	}
	for _, host := range hosts[1:] {
		const sentinelPort = "26379"
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = strings.Trim(host, "[]"), sentinelPort
		}
		if _, ok := parsePort(port); !ok || !validHost(name) {
			return "", nil, errors.New("a host that can't be read")
		}
		others = append(others, net.JoinHostPort(name, port))
	}
	return scheme + "://" + user + hosts[0] + "/" + path, others, nil
}

// Prefix is what keys begin with.
type Prefix string

// UnmarshalText reads a prefix that means itself in a pattern of keys, too.
func (p *Prefix) UnmarshalText(text []byte) error {
	const most = 100
	if len(text) > most || !validName(string(text), ":") {
		return refusal{"must be letters, digits and the characters : . _ - alone, 100 at most", string(text)}
	}
	*p = Prefix(text)
	return nil
}

// BrokerURL is the address of RabbitMQ.
type BrokerURL struct{ URL }

// UnmarshalText reads a URL whose parameters, if it has any, are those that have an effect, each with a value that can
// be read: with another one no connection would ever be made.
func (u *BrokerURL) UnmarshalText(text []byte) error {
	if err := u.URL.UnmarshalText(text); err != nil {
		return err
	}
	for name, values := range u.parsed.Query() {
		for _, value := range values {
			if !validBrokerParameter(u.parsed.Scheme, name, value) {
				return errors.New("a parameter that can't be read")
			}
		}
	}
	return nil
}

// validBrokerParameter knows what the client library reads. Its connection_timeout is left out: it has no effect on
// connections that are dialled here.
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
