package rabbitmq

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

var errTooSlow = errors.New("RabbitMQ did not answer in time")

// link is one connection to the broker.
type link struct {
	conn *amqp.Connection
	raw  net.Conn
}

// connect makes a connection for the purpose, which the broker shows in its lists,
// and declares all that there has to be.
func (q *Queue) connect(ctx context.Context, purpose string) (*link, error) {
	l := &link{}
	properties := amqp.NewConnectionProperties()
	properties.SetClientConnectionName("messenger-api " + purpose)
	config := amqp.Config{
		Heartbeat:  heartbeat,
		Properties: properties,
		Dial: func(network, address string) (net.Conn, error) {
			deadline := time.Now().Add(dialTimeout)
			dialer := net.Dialer{Deadline: deadline}
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			l.raw = timeoutConn{conn}
			return l.raw, conn.SetDeadline(deadline) // the library lifts it once signed in
		},
	}
	uri, err := amqp.ParseURI(q.options.URL)
	if err != nil {
		return nil, errors.New("the address of RabbitMQ can't be read") // the cause may hold the password
	}
	if q.options.RootCAs != nil && uri.Scheme == "amqps" {
		config.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: uri.Host, RootCAs: q.options.RootCAs}
	}
	if l.conn, err = amqp.DialConfig(q.options.URL, config); err != nil {
		if l.raw != nil {
			_ = l.raw.Close() // a failed greeting leaves it open
		}
		return nil, explained(fmt.Errorf("connect to RabbitMQ: %w", err))
	}
	if err := l.within(ctx, setUpTimeout, func() error { return q.declare(l.conn) }); err != nil {
		l.close()
		return nil, explained(err)
	}
	return l, nil
}

// within runs an exchange with the broker, and closes the connection when it takes longer
// than the limit or ctx ends: the library waits for replies without a timeout.
func (l *link) within(ctx context.Context, limit time.Duration, work func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	var cut atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		cut.Store(true)
		_ = l.raw.Close()
	})
	err := work()
	stop()
	if err != nil && cut.Load() {
		return context.Cause(ctx)
	}
	return err
}

// close closes the connection, and waits for the broker's reply for closeTimeout at most.
func (l *link) close() {
	_ = l.within(context.Background(), closeTimeout, l.conn.Close) // closed is what it is in any case
}

// timeoutConn is a connection on which no write waits for long: a broker that is
// out of memory, or hangs, stops reading.
type timeoutConn struct{ net.Conn }

// Write implements net.Conn.
func (c timeoutConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
