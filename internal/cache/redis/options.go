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

// Options say where Redis is and how long to wait for it. A time of zero is the
// one that the field names.
type Options struct {
	// URL is redis:// or rediss:// (TLS), with user, password and /db where needed. With
	// redis+sentinel:// or rediss+sentinel:// it is a Sentinel's, and its path is the name
	// of the master, and then /db.
	URL *url.URL
	// Sentinels are further Sentinels, host:port, beside the one of URL.
	Sentinels []string
	// SentinelPassword is that of the Sentinels; URL and Password are for the servers.
	SentinelPassword string
	// Password counts where URL has none.
	Password string
	// Prefix is what all keys begin with.
	Prefix string
	// RootCAs verify a rediss:// server; nil is those of the system.
	RootCAs *x509.CertPool
	// Logger is told when Redis is lost and found; nil is slog.Default.
	Logger *slog.Logger

	// SettleTime is how long after connecting the cache is not settled yet: 5 s.
	SettleTime time.Duration
	// ReadTimeout is how long Get, GetMany, GetClientCached, GetOrSet and a Script wait: 50 ms.
	ReadTimeout time.Duration
	// WriteTimeout is how long Set and Delete wait: 500 ms.
	WriteTimeout time.Duration
	// IdleTimeout is after how long without any answer a connection is given up: 500 ms.
	IdleTimeout time.Duration
	// HeartbeatInterval is the pause between two heartbeats, and between two tries to connect: 100 ms.
	HeartbeatInterval time.Duration
	// ConnectTimeout is how long connecting may take, and then signing in: 2 s.
	ConnectTimeout time.Duration
	// LogInterval is the pause between two log lines while Redis is out of reach: a minute.
	LogInterval time.Duration
}

func (o Options) withDefaults() Options {
	for _, field := range []struct {
		value    *time.Duration
		fallback time.Duration
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
			*field.value = field.fallback
		}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Sizes for each connection; there is one. The ring holds the commands that wait
// for an answer, about 0.4 KB each.
const (
	ringScale        = 11
	clientCacheBytes = 8 << 20
	bufferBytes      = 64 << 10
	maxAbandoned     = 1 << (ringScale - 1)
)

// behindSentinel reports whether a Sentinel says where the server is.
func (o Options) behindSentinel() bool { return strings.HasSuffix(o.URL.Scheme, "+sentinel") }

// master is the name by which the Sentinels know the server.
func (o Options) master() string {
	master, _, _ := strings.Cut(strings.Trim(o.URL.Path, "/"), "/")
	return master
}

// client gives rueidis what the options say. It never connects again by itself:
// a new connection is a new client, with an empty client-side cache.
func (o Options) client() (rueidis.ClientOption, error) {
	option := rueidis.ClientOption{
		ClientName:        "messenger-api",
		ClientSetInfo:     rueidis.DisableClientSetInfo,
		ForceSingleClient: true,
		DisableRetry:      true,
		// One connection: a heartbeat judges it, and an answer on it says that all
		// that was asked before has been answered.
		PipelineMultiplex: -1,
		// Else a command that runs alone closes the connection when it is too slow.
		AlwaysPipelining:    true,
		ConnWriteTimeout:    o.ConnectTimeout,
		CacheSizeEachConn:   clientCacheBytes,
		RingScaleEachConn:   ringScale,
		ReadBufferEachConn:  bufferBytes,
		WriteBufferEachConn: bufferBytes,
	}
	option.Dialer.Timeout = o.ConnectTimeout
	option.Dialer.KeepAlive = -1 // the heartbeat does it, ours and not that of rueidis

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
