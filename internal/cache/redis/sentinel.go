package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/rueidis"
)

// sentinelEvery is how often a Sentinel is asked whether the server is still the master.
const sentinelEvery = time.Second

// server gives the address to connect to now.
func (c *Cache) server(ctx context.Context) (string, error) {
	if !c.options.behindSentinel() {
		return c.client.InitAddress[0], nil
	}
	var all error
	for _, sentinel := range append(c.client.InitAddress, c.options.Sentinels...) {
		address, err := c.askSentinel(ctx, sentinel)
		if err == nil {
			return address, nil
		}
		all = errors.Join(all, fmt.Errorf("the Sentinel %s: %w", sentinel, err))
	}
	return "", all
}

// askSentinel asks one Sentinel for the master's address.
func (c *Cache) askSentinel(ctx context.Context, sentinel string) (string, error) {
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
		return "", errors.New("its answer can't be read")
	}
	return net.JoinHostPort(answer[0], answer[1]), nil
}

// followMaster gives up the connection when the Sentinels name another master, until ctx
// ends: the previous one may still be reachable for this process alone.
func (c *Cache) followMaster(ctx context.Context, l *link) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(sentinelEvery):
		}
		if now, err := c.server(ctx); err == nil && now != l.address {
			l.markLost(fmt.Errorf("another server is the master now: %s", now))
			return
		}
	}
}
