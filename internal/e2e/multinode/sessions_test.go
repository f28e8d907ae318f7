package multinode

import (
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

const sessions = "/v1/auth/sessions"

// onBoth returns clients of both nodes with one session.
func (c *cluster) onBoth(t *testing.T, session string) [2]*testkit.Client {
	t.Helper()
	return [2]*testkit.Client{c.nodes[0].WithSession(t, session), c.nodes[1].WithSession(t, session)}
}

// logIn creates another session of alice, which both nodes cache.
func (c *cluster) logIn(t *testing.T) [2]*testkit.Client {
	t.Helper()
	session := c.nodes[0].As(t, "alice").Session
	both := c.onBoth(t, session)
	for _, client := range both {
		client.Get(sessions).Want(http.StatusOK)
		client.Get(sessions).Want(http.StatusOK)
	}
	return both
}

// notifiedWithin is far below the minute for which cached sessions are trusted: a session that is refused within it
// was ended by the notification of Redis.
const notifiedWithin = 20 * time.Second

// awaitRefused waits until the node refuses the session with the code, within notifiedWithin.
func awaitRefused(t *testing.T, client *testkit.Client, code string) {
	t.Helper()
	await.Within(t, notifiedWithin, "the session is refused", func() bool {
		answer := client.Get(sessions)
		if answer.Status == http.StatusOK {
			return false
		}
		answer.Refused(http.StatusUnauthorized, code)
		return true
	})
	client.Get(sessions).Refused(http.StatusUnauthorized, code) // and it stays refused
}

func TestLogOutOverNodes(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	for round := range 6 {
		here, there := round%2, (round+1)%2
		both := c.logIn(t)
		both[here].Post("/v1/auth/logout", nil).Want(http.StatusOK)
		both[here].Get(sessions).Refused(http.StatusUnauthorized, "invalid-session-id")
		awaitRefused(t, both[there], "invalid-session-id")
	}
	c.alice[0].Get(sessions).Want(http.StatusOK)
}

func TestEndedSessionsOverNodes(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	one, two, three := c.logIn(t), c.logIn(t), c.logIn(t)
	var list struct {
		Sessions []struct {
			ID      string `json:"id"`
			Current bool   `json:"current"`
		} `json:"sessions"`
	}
	one[0].Get(sessions).Want(http.StatusOK).Decode(&list)
	for _, session := range list.Sessions {
		if session.Current {
			two[1].Do(http.MethodDelete, sessions+"/"+session.ID, nil).Want(http.StatusOK)
		}
	}
	awaitRefused(t, one[0], "invalid-session-id")
	awaitRefused(t, one[1], "invalid-session-id")

	change := map[string]string{"password": testkit.Password, "new_password": "another battery staple"}
	two[0].Post("/v1/auth/password", change).Want(http.StatusOK)
	for _, node := range []int{0, 1} {
		awaitRefused(t, three[node], "invalid-session-id")
		two[node].Get(sessions).Want(http.StatusOK)
	}
}

func TestFlushLogsNobodyOut(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	gone := c.logIn(t)
	gone[0].Post("/v1/auth/logout", nil).Want(http.StatusOK)
	for range 3 {
		c.flush(t)
		for node := range c.nodes {
			c.alice[node].Get(sessions).Want(http.StatusOK)
			awaitRefused(t, gone[node], "invalid-session-id")
		}
	}
}

// Without Redis sessions are read from the database, so their ends are known at once.
func TestSessionsWithoutRedis(t *testing.T) {
	t.Parallel()
	c := startCluster(t, cachetest.StartServer(t))
	before := c.logIn(t)
	c.redis.Kill()
	c.alice[0].Get(sessions).Want(http.StatusOK)
	c.alice[1].Get(sessions).Want(http.StatusOK)
	during := c.onBoth(t, c.nodes[1].As(t, "alice").Session)
	during[0].Get(sessions).Want(http.StatusOK)
	before[0].Post("/v1/auth/logout", nil).Want(http.StatusOK)
	during[1].Post("/v1/auth/logout", nil).Want(http.StatusOK)
	for node := range c.nodes {
		awaitRefused(t, before[node], "invalid-session-id")
		awaitRefused(t, during[node], "invalid-session-id")
	}
	c.redis.Start()
	c.awaitCaching(t)
	for node := range c.nodes {
		c.alice[node].Get(sessions).Want(http.StatusOK)
		before[node].Get(sessions).Refused(http.StatusUnauthorized, "invalid-session-id")
		during[node].Get(sessions).Refused(http.StatusUnauthorized, "invalid-session-id")
	}
}

// An expired session gets the code for expired sessions from every node, whatever is cached.
func TestExpiredSessionOverNodes(t *testing.T) {
	t.Parallel()
	redis, database := cachetest.StartServer(t), testkit.Postgres(t)
	environment := append([]string{"CACHE_TYPE=redis", "REDIS_URL=" + redis.URL().String()}, database...)
	c := &cluster{redis: redis, nodes: [2]*testkit.Server{testkit.Start(t, environment...), testkit.Start(t, environment...)}}
	alice := c.nodes[0].As(t, "alice")
	connection, err := pgx.Connect(t.Context(), testkit.PostgresURL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	if _, err := connection.Exec(t.Context(), "UPDATE sessions SET expires_at = now() + interval '2 seconds'"); err != nil {
		t.Fatal(err)
	}
	for _, client := range c.onBoth(t, alice.Session) {
		awaitRefused(t, client, "session-id-expired")
	}
	c.flush(t)
	for _, client := range c.onBoth(t, alice.Session) {
		client.Get(sessions).Refused(http.StatusUnauthorized, "session-id-expired")
	}
}
