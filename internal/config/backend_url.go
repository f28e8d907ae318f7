package config

import (
	"errors"
	"strconv"
	"strings"
)

// RedisURL is the address of Redis.
type RedisURL struct{ URL }

// UnmarshalText reads a URL whose path, if it has one, is the number of a database. Redis gives no parameter a meaning.
func (u *RedisURL) UnmarshalText(text []byte) error {
	if err := u.URL.UnmarshalText(text); err != nil {
		return err
	}
	if u.parsed.RawQuery != "" || u.parsed.ForceQuery {
		return errors.New("a parameter")
	}
	if database := strings.Trim(u.parsed.Path, "/"); database != "" {
		if _, err := strconv.ParseUint(database, 10, 31); err != nil {
			return errors.New("not the number of a database") // the cause holds the text
		}
	}
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
