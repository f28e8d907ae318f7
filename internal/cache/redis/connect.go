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

	"messenger-api/internal/outage"
)

// minMajorVersion is the first version whose SET takes NX and GET together.
const minMajorVersion = 7

// errUnfit says that the server can be reached, but will never do.
var errUnfit = errors.New("this server can't be used")

// connect makes a connection to a Redis that answers and can be used.
func (c *Cache) connect(ctx context.Context) (*link, error) {
	address, err := c.server(ctx)
	if err != nil {
		return nil, err
	}
	l := &link{
		address: address,
		full:    &c.full,
		lost:    make(chan error, 1),
		onLoss:  func(l *link) { c.link.CompareAndSwap(l, nil) },
	}
	option := c.client
	option.InitAddress = []string{address}
	if c.options.behindSentinel() && option.TLSConfig != nil {
		option.TLSConfig = option.TLSConfig.Clone()
		option.TLSConfig.ServerName, _, _ = net.SplitHostPort(address)
	}
	option.DialCtxFn = func(_ context.Context, address string, dialer *net.Dialer, secure *tls.Config) (net.Conn, error) {
		return l.dial(ctx, address, dialer, secure)
	}
	if l.client, err = rueidis.NewClient(option); err == nil {
		err = l.handshake(ctx, c.options.IdleTimeout, c.key("probe"))
	}
	if err != nil {
		l.close()
		if refused, ok := lasting(err); ok && outage.Code(err) == "" {
			return nil, refused
		}
		return nil, outage.Reason(err)
	}
	l.begin()
	return l, nil
}

// handshake identifies the server, sends a first heartbeat, and runs each command that
// will be needed once, on a key of its own: one that is not permitted fails here.
func (l *link) handshake(ctx context.Context, limit time.Duration, key string) error {
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
	if err := answers[1].Error(); err != nil {
		return err
	}
	return l.probe(ctx, key)
}

// probeScript does what the scripts of this service do.
const probeScript = `redis.call('TIME') redis.call('SET', KEYS[1], '', 'PX', 1) redis.call('GET', KEYS[1]) return redis.call('DEL', KEYS[1])`

// probe runs each command once. That the memory is full is no reason to do without the rest.
func (l *link) probe(ctx context.Context, key string) error {
	build := l.client.B
	for _, answer := range l.client.DoMulti(ctx,
		build().Mget().Key(key).Build(),
		build().Set().Key(key).Value("").Nx().Get().PxMilliseconds(1).Build(),
		build().Set().Key(key).Value("").PxMilliseconds(1).Build(),
		build().Get().Key(key).Build(),
		build().Del().Key(key).Build(),
		build().Eval().Script(probeScript).Numkeys(1).Key(key).Build(),
		build().Pttl().Key(key).Build(), build().Arbitrary("CLIENT", "CACHING", "YES").Build(),
		build().Multi().Build(), build().Exec().Build(),
		build().Evalsha().Sha1(strings.Repeat("0", 40)).Numkeys(1).Key(key).Build(),
	) {
		if err := fatal(answer.Error()); err != nil {
			return err
		}
	}
	return nil
}

// fatal gives an error that says that the connection is of no use.
func fatal(err error) error {
	if _, lasts := lasting(err); lasts || err != nil && !isAnswer(err) {
		return err
	}
	return nil
}

// isAnswer reports whether Redis itself said so.
func isAnswer(err error) bool {
	_, ok := rueidis.IsRedisErr(err)
	return ok || rueidis.IsRedisNil(err)
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
	if number, err := strconv.Atoi(major); err != nil || number < minMajorVersion {
		return fmt.Errorf("%w: Redis %d or newer is needed, and it is %q", errUnfit, minMajorVersion, version)
	}
	switch text("mode") {
	case "cluster":
		return fmt.Errorf("%w: it is part of a Redis Cluster, and one server is needed", errUnfit)
	case "sentinel":
		return fmt.Errorf("%w: it is a Sentinel; name the master behind it, as redis+sentinel://HOST:PORT/NAME", errUnfit)
	}
	if role := text("role"); role != "master" {
		return &outage.Refusal{Code: "READONLY", Advice: refusals["READONLY"], Cause: fmt.Errorf("the server is a %s, which can't be written to", role)}
	}
	return nil
}
