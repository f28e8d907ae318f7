package rabbitmq_test

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/queue/rabbitmq"
	"messenger-api/internal/testkit/await"
)

// permissions are what set_permissions takes: patterns of what may be configured, written and read.
type permissions struct{ configure, write, read string }

// documented are the permissions that docs/deploy.md lists.
var documented = permissions{"^search_tasks", `^(search_tasks.*|amq\.default)$`, "^search_tasks"}

// limitedUser makes a user with these permissions and gives its address.
func limitedUser(t testing.TB, broker *queuetest.Broker, name string, all permissions) string {
	t.Helper()
	broker.Control("add_user", name, "secret")
	allow(broker, name, all)
	address := parse(t, broker.URL())
	address.User = url.UserPassword(name, "secret")
	return address.String()
}

func allow(broker *queuetest.Broker, user string, all permissions) {
	broker.Control("set_permissions", "--vhost", "/", user, all.configure, all.write, all.read)
}

func TestSuiteWithTheDocumentedPermissions(t *testing.T) {
	address := limitedUser(t, queuetest.StartBroker(t), "messenger", documented)
	queuetest.Run(t, func(t testing.TB) func() queue.Queue {
		names := rabbitmq.NamesOf("search_tasks_" + strings.ToLower(rand.Text()))
		return func() queue.Queue {
			q, _ := open(t, address, names)
			return q
		}
	})
}

// What the broker refuses is an error in the log, once, with what to do, and is over once the broker takes it.
func TestRefusals(t *testing.T) {
	broker := queuetest.StartBroker(t)
	change := func(what func(*url.URL)) func(t testing.TB, user string) string {
		return func(t testing.TB, user string) string {
			address := parse(t, limitedUser(t, broker, user, documented))
			what(address)
			return address.String()
		}
	}
	with := func(all permissions) func(t testing.TB, user string) string {
		return func(t testing.TB, user string) string { return limitedUser(t, broker, user, all) }
	}
	for name, test := range map[string]struct {
		address func(t testing.TB, user string) string
		code    string
		mend    func(user string)
	}{
		"password": {
			change(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "another") }), "403",
			func(user string) { broker.Control("change_password", user, "another") },
		},
		"virtual host": {
			change(func(u *url.URL) { u.Path = "/elsewhere" }), "530",
			func(user string) {
				broker.Control("add_vhost", "elsewhere")
				broker.Control("set_permissions", "--vhost", "elsewhere", user, ".*", ".*", ".*")
			},
		},
		"configure": {with(permissions{"^$", documented.write, documented.read}), "403", nil},
		"write":     {with(permissions{documented.configure, "^search_tasks_(queue|dead_queue)$", documented.read}), "403", nil},
		"read":      {with(permissions{documented.configure, documented.write, "^search_tasks_(exchange|dead_exchange)$"}), "403", nil},
		// What is declared may be used, and the message is refused.
		"routing key": {
			func(t testing.TB, user string) string {
				address := limitedUser(t, broker, user, documented)
				broker.Control("set_topic_permissions", "--vhost", "/", user, "search_tasks_exchange", "^$", ".*")
				return address
			}, "403",
			func(user string) { broker.Control("clear_topic_permissions", "--vhost", "/", user) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			user := strings.ReplaceAll(name, " ", "_")
			q, lines := open(t, test.address(t, user), rabbitmq.SearchTasks(""))
			var all queuetest.Recorder
			queuetest.Consume(t, q, 1, all.Handler())
			if name != "read" {
				await.Until(t, "a refusal", func() bool {
					err := q.Publish(t.Context(), queuetest.NewID())
					if !errors.Is(err, queue.ErrUnavailable) {
						t.Fatalf("Publish: %v, want ErrUnavailable", err)
					}
					return strings.Contains(err.Error(), test.code)
				})
			}
			await.Until(t, "the log says what to do", func() bool { return lines.Has("level=ERROR") > 0 })
			await.Until(t, "it counts as refused", q.Refused)
			if lines.Has("level=ERROR") > 2 || strings.Contains(lines.String(), "secret") { // publishing and consuming
				t.Errorf("the log:\n%s", outages(lines))
			}
			if test.mend == nil {
				allow(broker, user, documented)
			} else {
				test.mend(user)
			}
			id := publishAgain(t, q)
			await.Until(t, "it arrives", func() bool { return all.Done(id) > 0 })
			await.Until(t, "it does not count as refused", func() bool { return !q.Refused() })
		})
	}
}
