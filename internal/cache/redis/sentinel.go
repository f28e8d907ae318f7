package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/outage"
)

// sentinelInterval is the interval at which Sentinels are queried for the master.
const sentinelInterval = time.Second

// server returns the address to connect to.
func (c *Cache) server(ctx context.Context) (string, error) {
	if !c.options.behindSentinel() {
		return c.client.InitAddress[0], nil
	}
	var all error
	for _, sentinel := range append(c.client.InitAddress, c.options.Sentinels...) {
		address, err := c.querySentinel(ctx, sentinel)
		if err == nil {
			return address, nil
		}
		all = errors.Join(all, fmt.Errorf("the Sentinel %s: %w", sentinel, outage.Reason(err)))
	}
	return "", all
}

// querySentinel queries one Sentinel for the master's address.
func (c *Cache) querySentinel(ctx context.Context, sentinel string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.ConnectTimeout)
	defer cancel()
	option := rueidis.ClientOption{
		InitAddress: []string{sentinel}, ForceSingleClient: true, DisableRetry: true, DisableCache: true, AlwaysRESP2: true,
		ClientSetInfo: rueidis.DisableClientSetInfo, Password: c.options.SentinelPassword, PipelineMultiplex: -1,
	}
	option.Dialer.Timeout = c.options.ConnectTimeout
	if c.client.TLSConfig != nil {
		option.TLSConfig = c.client.TLSConfig.Clone()
		option.TLSConfig.ServerName, _, _ = net.SplitHostPort(sentinel)
	}
	client, err := rueidis.NewClient(option)
	if err != nil {
		return "", err
	}
	defer client.Close()
	answer, err := client.Do(ctx, client.B().SentinelGetMasterAddrByName().Master(c.options.master()).Build()).AsStrSlice()
	switch {
	case rueidis.IsRedisNil(err):
		return "", fmt.Errorf("it knows no master %q", c.options.master())
	case err != nil:
		return "", err
	case len(answer) != 2:
		return "", errors.New("invalid reply")
	}
	return net.JoinHostPort(answer[0], answer[1]), nil
}

// followMaster marks the link as lost when the Sentinels name another master. Otherwise the
// connection to the previous one might last, which this process may be the only one to
// reach. It returns when ctx ends.
func (c *Cache) followMaster(ctx context.Context, l *link) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(sentinelInterval):
		}
		if now, err := c.server(ctx); err == nil && now != l.address {
			l.markLost(fmt.Errorf("another server is the master now: %s", now))
			return
		}
	}
}
