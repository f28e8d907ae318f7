package redis_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
)

// secured puts TLS before the shared Redis: it gives the address and who vouches
// for it.
func secured(t *testing.T) (*url.URL, *x509.CertPool) {
	t.Helper()
	identity := httptest.NewTLSServer(nil) // it has a certificate for 127.0.0.1
	identity.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: identity.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	upstream := cachetest.RedisURL(t).Host
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { forward(conn, upstream) })
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(identity.Certificate())
	address := *cachetest.RedisURL(t)
	address.Scheme, address.Host = "rediss", listener.Addr().String()
	return &address, roots
}

// forward joins the connection with a new one to upstream, until either ends.
func forward(conn net.Conn, upstream string) {
	defer conn.Close()
	other, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer other.Close()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(conn, other)
		_ = conn.Close()
	})
	_, _ = io.Copy(other, conn)
	_ = other.Close()
	back.Wait()
}

func TestTLS(t *testing.T) {
	address, roots := secured(t)
	c, _ := open(t, address, patient, func(o *redis.Options) { o.RootCAs = roots })
	set(t, c, "cachetest:tls", "value")
}

func TestTLSToAStranger(t *testing.T) {
	address, _ := secured(t)
	c, lines := open(t, address, patient)
	if err := errorOfGet(t, c); !errors.Is(err, cache.ErrDown) {
		t.Errorf("Get: %v; want ErrDown", err)
	}
	if lines.Has("certificate") == 0 || lines.Has("REDIS_SSLROOTCERT") != 1 || lines.Has("level=ERROR") != 1 || !c.Refused() {
		t.Errorf("the log does not say once, as an error, that the certificate is the reason:\n%s", lines)
	}
}
