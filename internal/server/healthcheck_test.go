package server_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return "PORT=" + port
}

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "localhost", "::"} {
		s := testkit.Start(t, append(testkit.Embedded(t), "HOST="+host)...)
		settings := []string{"HOST=" + host, portOf(t, s.Address)}
		if result := testkit.Command(t, settings, "healthcheck"); result != (testkit.Result{}) {
			t.Errorf("HOST=%s: of a server that runs: %+v", host, result)
		}
		s.Stop()
		if result := testkit.Command(t, settings, "healthcheck"); result.Code != 1 || result.Stderr == "" {
			t.Errorf("HOST=%s: of a server that has ended: %+v", host, result)
		}
	}
}

// A server that waits for its database passes the liveness check.
func TestHealthcheckWithoutDatabase(t *testing.T) {
	t.Parallel()
	settings, _ := testkit.ViaProxy(t, testkit.Postgres(t))
	s := testkit.Listen(t, settings...)
	if result := testkit.Command(t, []string{"HOST=127.0.0.1", portOf(t, s.Address)}, "healthcheck"); result != (testkit.Result{}) {
		t.Errorf("%+v", result)
	}
}

func TestHealthcheckOfAnotherServer(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	result := testkit.Command(t, []string{"HOST=127.0.0.1", portOf(t, other.Listener.Addr().String())}, "healthcheck")
	if result.Code != 1 || !strings.Contains(result.Stderr, "404") {
		t.Errorf("%+v", result)
	}
}
