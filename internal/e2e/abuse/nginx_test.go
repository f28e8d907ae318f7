package abuse_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// partOfLogIn is a log-in of which a part is missing.
const partOfLogIn = "POST /v1/auth/login HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n{"

// dialFrom opens a connection from an address of this machine, which ends with the test.
func dialFrom(t *testing.T, from, to string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(wireDeadline)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// keepUnfinished has an unfinished request under way until stop is closed: one that the service ends is followed by another.
func keepUnfinished(t *testing.T, address string, stop <-chan struct{}) {
	for {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		write(conn, partOfLogIn)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = io.Copy(io.Discard, conn)
		}()
		select {
		case <-ended:
			_ = conn.Close()
		case <-stop:
			_ = conn.Close()
			<-ended
			return
		}
	}
}

// With the deployed configuration one address has so many requests under way, the next one gets 503 in the contract's
// form, and another address is answered.
func TestNginxBoundsAnAddress(t *testing.T) {
	t.Parallel()
	server := testkit.Start(t, testkit.Embedded(t)...)
	address := newNginx(t, server.Address, false, map[string]string{"NGINX_ADDRESS_CONNECTIONS": "4"}).start(t)
	ping := func(from string) (int, string, http.Header) {
		conn := dialFrom(t, from, address)
		defer conn.Close()
		write(conn, request("GET", "/ping", "", ""))
		answer, body, err := receive(conn, "GET")
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body), answer.Header
	}
	stop := make(chan struct{})
	var slow sync.WaitGroup
	for range 4 {
		slow.Go(func() { keepUnfinished(t, address, stop) })
	}
	await.Until(t, "the fifth request is refused", func() bool {
		status, body, header := ping("127.0.0.1")
		if status == http.StatusServiceUnavailable && (body != `{"message":"service-unavailable"}` || header.Get("Retry-After") != "1") {
			t.Errorf("not the contract's answer: %q, %v", body, header)
		}
		return status == http.StatusServiceUnavailable
	})
	if status, _, _ := ping("127.0.0.2"); status != http.StatusOK {
		t.Errorf("another address gets %d", status)
	}
	close(stop)
	slow.Wait()
	await.Until(t, "the address is answered again", func() bool {
		status, _, _ := ping("127.0.0.1")
		return status == http.StatusOK
	})
}

// A body that trickles through the deployed nginx, one byte after another, is cut off before it is whole.
func TestNginxEndsABodyThatTrickles(t *testing.T) {
	t.Parallel()
	server := testkit.Start(t, testkit.Embedded(t)...)
	address := newNginx(t, server.Address, false, nil).start(t)
	conn := dialFrom(t, "127.0.0.1", address)
	write(conn, partOfLogIn)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _, _ = receive(conn, "POST") // an answer, or the end of the connection
	}()
	sent := 1
	for pause := time.NewTicker(100 * time.Millisecond); ; sent++ {
		select {
		case <-ended:
			pause.Stop()
			if sent >= 1000 {
				t.Error("it was taken whole")
			}
			return
		case <-pause.C:
		}
		if sent < 999 { // it never gets whole
			write(conn, "x")
		}
	}
}

// The TLS variant is valid for the nginx that is installed, speaks HTTP/2, and sends plain HTTP to TLS.
func TestNginxTLS(t *testing.T) {
	t.Parallel()
	server := testkit.Start(t, testkit.Embedded(t)...)
	n := newNginx(t, server.Address, true, nil)
	identity := httptest.NewUnstartedServer(nil)
	identity.StartTLS()
	defer identity.Close()
	certificate := identity.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"certificate.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}, "key.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(n.directory+name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := n.command("-t").CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, output)
	}
	address := n.start(t)
	host, _, _ := net.SplitHostPort(address)
	roots := x509.NewCertPool()
	roots.AddCert(identity.Certificate())
	client := http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + address + "/ping")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	target := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusPermanentRedirect || !strings.HasPrefix(target, "https://"+host+":") {
		t.Errorf("plain HTTP gets %d to %q", answer.StatusCode, target)
	}
	answer, err = client.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("over TLS: %s %s %v", answer.Proto, answer.Status, answer.Header)
	}
}
