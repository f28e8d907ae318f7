package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// oldest is the first version whose SET takes NX and GET together.
const oldest = 7

// errUnfit says that the server can be reached, but will never do.
var errUnfit = errors.New("this server can't be used")

// connect makes a connection to a Redis that answers and can be used.
func (c *Cache) connect(ctx context.Context) (*link, error) {
	l := &link{
		lost:   make(chan error, 1),
		onLoss: func(l *link) { c.link.CompareAndSwap(l, nil) },
	}
	option := c.client
	option.DialCtxFn = func(_ context.Context, address string, dialer *net.Dialer, secure *tls.Config) (net.Conn, error) {
		return l.dial(ctx, address, dialer, secure)
	}
	var err error
	if l.client, err = rueidis.NewClient(option); err == nil {
		err = l.greet(ctx, c.options.Silence)
	}
	if err != nil {
		l.close()
		return nil, describe(err)
	}
	l.begin()
	return l, nil
}

// greet asks the server who it is, and for a first heartbeat.
func (l *link) greet(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	build := l.client.B
	answers := l.client.DoMulti(ctx, build().Arbitrary("HELLO").Build(), build().Ping().Build())
	server, err := answers[0].AsMap()
	if err != nil {
		return err
	}
	if err := judge(server); err != nil {
		return err
	}
	return answers[1].Error()
}

// judge says what is wrong with the server that gave this answer to HELLO.
func judge(server map[string]rueidis.RedisMessage) error {
	text := func(field string) string {
		message := server[field]
		value, _ := message.ToString() // the empty text where it is none
		return value
	}
	version := text("version")
	major, _, _ := strings.Cut(version, ".")
	if number, err := strconv.Atoi(major); err != nil || number < oldest {
		return fmt.Errorf("%w: Redis %d or newer is needed, and it is %q", errUnfit, oldest, version)
	}
	if text("mode") == "cluster" {
		return fmt.Errorf("%w: it is part of a Redis Cluster, and one server is needed", errUnfit)
	}
	if role := text("role"); role != "master" {
		return fmt.Errorf("the server is a %s, which can't be written to", role)
	}
	return nil
}

// describe says what an error on connecting means where its own text does not.
func describe(err error) error {
	if refusal, ok := rueidis.IsRedisErr(err); ok {
		code, _, _ := strings.Cut(refusal.Error(), " ")
		if code == "WRONGPASS" || code == "NOAUTH" {
			return fmt.Errorf("authentication failed: %w", err)
		}
	}
	return err
}
