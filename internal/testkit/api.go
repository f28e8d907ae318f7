package testkit

import (
	"net/http"
	"testing"
	"time"

	"messenger-api/internal/config"
)

// requestDeadline exceeds what any request may take.
const requestDeadline = 60 * time.Second

// API is a server seen from outside.
type API struct {
	// Address is where the server listens, URL its base without a slash at the end.
	Address, URL string
	// MetricsURL is the base URL of its metrics, empty where they are off.
	MetricsURL string

	http           *http.Client
	header, scheme string
	authDisabled   bool
}

func newAPI(address addresses, environment []string) API {
	var authDisabled config.Switch
	_ = authDisabled.UnmarshalText([]byte(setting(environment, "AUTH_DISABLED", ""))) // the server refuses what can't be read
	transport := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, DisableCompression: true}
	metrics := ""
	if address.metrics != "" {
		metrics = "http://" + address.metrics
	}
	return API{
		Address: address.api, URL: "http://" + address.api, MetricsURL: metrics,
		http: &http.Client{
			Transport: transport, Timeout: requestDeadline,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		header:       setting(environment, "AUTH_HEADER", "Authorization"),
		scheme:       setting(environment, "AUTH_TOKEN_TYPE", "session_id"),
		authDisabled: bool(authDisabled),
	}
}

func (a API) close() {
	if a.http != nil {
		a.http.CloseIdleConnections()
	}
}

// Password is the password of the accounts that As registers.
const Password = "correct horse battery staple"

// As returns a client that is logged in as the account of this name, and registers the account if it
// does not exist. Where authentication is off, the client has no session.
func (a API) As(t testing.TB, name string) *Client {
	t.Helper()
	guest := a.Guest(t)
	if a.authDisabled {
		return guest
	}
	account := map[string]string{"user_name": name, "password": Password}
	if answer := guest.Post("/v1/auth/register", account); answer.Status != http.StatusCreated {
		answer.Refused(http.StatusBadRequest, "user-already-exists")
	}
	return guest.LogIn(name, Password)
}

// Guest returns a client without a session.
func (a API) Guest(t testing.TB) *Client { return &Client{t: t, api: a} }

// WithSession returns a client with this session, which may be invalid.
func (a API) WithSession(t testing.TB, session string) *Client {
	return &Client{t: t, api: a, Session: session}
}
