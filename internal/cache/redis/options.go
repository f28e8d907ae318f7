package redis

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// Options are the options of a Cache. Only URL is required; durations of zero have the
// documented defaults.
type Options struct {
	// URL is redis:// or rediss:// (TLS), with user, password and /db where needed. With
	// redis+sentinel:// or rediss+sentinel:// it is a Sentinel's, and its path is the name
	// of the master, and then /db.
	URL *url.URL
	// Sentinels are Sentinels, host:port, in addition to the one of URL.
	Sentinels []string
	// SentinelPassword is that of the Sentinels; URL and Password are for the servers.
	SentinelPassword string
	// Password is used where URL has none.
	Password string
	// Prefix is a prefix of all keys.
	Prefix string
	// RootCAs verify a rediss:// server; nil is those of the system.
	RootCAs *x509.CertPool
	// Logger logs outages; nil is slog.Default.
	Logger *slog.Logger

	// SettleTime is how long the cache is not settled after connecting; default 5 s.
	SettleTime time.Duration
	// ReadTimeout is the timeout of Get, GetMany, GetClientCached, GetOrSet and Scripts;
	// default 50 ms.
	ReadTimeout time.Duration
	// WriteTimeout is the timeout of Set and Delete; default 500 ms.
	WriteTimeout time.Duration
	// IdleTimeout is how long there may be no reply at all before the connection is closed;
	// default 500 ms.
	IdleTimeout time.Duration
	// HeartbeatInterval is the interval of heartbeats and of attempts to connect; default
	// 100 ms.
	HeartbeatInterval time.Duration
	// ConnectTimeout is the timeout of connecting, and then of authenticating; default 2 s.
	ConnectTimeout time.Duration
	// LogInterval is the interval of log lines while Redis is unreachable; default a minute.
	LogInterval time.Duration
}

func (o Options) withDefaults() Options {
	for _, field := range []struct {
		value        *time.Duration
		defaultValue time.Duration
	}{
		{&o.SettleTime, 5 * time.Second},
		{&o.ReadTimeout, 50 * time.Millisecond},
		{&o.WriteTimeout, 500 * time.Millisecond},
		{&o.IdleTimeout, 500 * time.Millisecond},
		{&o.HeartbeatInterval, 100 * time.Millisecond},
		{&o.ConnectTimeout, 2 * time.Second},
		{&o.LogInterval, time.Minute},
	} {
		if *field.value == 0 {
			*field.value = field.defaultValue
		}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Sizes of the connection's buffers. The ring has 2^ringScale slots for commands that wait
// for a reply, about 0.4 KB each.
const (
	ringScale        = 11
	clientCacheBytes = 8 << 20
	bufferBytes      = 64 << 10
	maxAbandoned     = 1 << (ringScale - 1)
)

// behindSentinel reports whether Sentinels are queried for the server's address.
func (o Options) behindSentinel() bool { return strings.HasSuffix(o.URL.Scheme, "+sentinel") }

// master is the name of the server at the Sentinels.
func (o Options) master() string {
	master, _, _ := strings.Cut(strings.Trim(o.URL.Path, "/"), "/")
	return master
}

// client returns the options for rueidis. Its client does not reconnect: a new connection
// is a new client, with an empty client-side cache.
func (o Options) client() (rueidis.ClientOption, error) {
	option := rueidis.ClientOption{
		ClientName:        "messenger-api",
		ClientSetInfo:     rueidis.DisableClientSetInfo,
		ForceSingleClient: true,
		// A GetOrSet that was executed must not be sent again by rueidis: it could bring back a
		// value that was deleted meanwhile.
		DisableRetry: true,
		// One connection, so that the heartbeat's reply comes after the replies to all
		// requests before it.
		PipelineMultiplex: -1,
		// Without pipelining, a timeout of a single command would close the connection.
		AlwaysPipelining:    true,
		ConnWriteTimeout:    o.ConnectTimeout,
		CacheSizeEachConn:   clientCacheBytes,
		RingScaleEachConn:   ringScale,
		ReadBufferEachConn:  bufferBytes,
		WriteBufferEachConn: bufferBytes,
	}
	option.Dialer.Timeout = o.ConnectTimeout
	option.Dialer.KeepAlive = -1 // disables rueidis's heartbeat, too; this package has its own

	host, port := o.URL.Hostname(), o.URL.Port()
	if host == "" {
		return option, fmt.Errorf("the address of Redis has no host")
	}
	if port == "" {
		port = "6379"
		if o.behindSentinel() {
			port = "26379"
		}
	}
	option.InitAddress = []string{net.JoinHostPort(host, port)}
	switch o.URL.Scheme {
	case "redis", "redis+sentinel":
	case "rediss", "rediss+sentinel":
		option.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: o.RootCAs}
	default:
		return option, fmt.Errorf("the address of Redis must be redis://, rediss://, redis+sentinel:// or rediss+sentinel://, not %s://", o.URL.Scheme)
	}
	path := strings.Trim(o.URL.Path, "/")
	if o.behindSentinel() {
		var master string
		if master, path, _ = strings.Cut(path, "/"); master == "" {
			return option, fmt.Errorf("the address of a Sentinel needs the name of the master as its path")
		}
	}
	if path != "" {
		database, err := strconv.ParseUint(path, 10, 31)
		if err != nil {
			return option, fmt.Errorf("the path in the address of Redis must be the number of a database")
		}
		option.SelectDB = int(database)
	}
	option.Username = o.URL.User.Username()
	if option.Password, _ = o.URL.User.Password(); option.Password == "" {
		option.Password = o.Password
	}
	return option, nil
}
