package contract_test

import (
	"crypto/rand"
	"testing"

	"messenger-api/internal/testkit"
)

// onBoth runs a test with an empty database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, database []string)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB) []string{"embedded": testkit.Migrated, "postgres": testkit.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// withSettings runs a test on a server with these settings, over each database.
func withSettings(t *testing.T, test func(t *testing.T, s *testkit.Server), settings ...string) {
	t.Helper()
	onBoth(t, func(t *testing.T, database []string) { test(t, testkit.Start(t, append(database, settings...)...)) })
}

// fresh returns a name that no other case uses.
func fresh(name string) string { return name + "-" + rand.Text()[:8] }

// nobody is an unused id.
const nobody = "00000000000000000000000000000abc"

// The cases that share one server with default settings over each database.
func TestContract(t *testing.T) {
	cases := []struct {
		name string
		test func(*testing.T, *testkit.Server)
	}{
		{"health", testHealth},
		{"the document", testDocument},
		{"register", testRegister},
		{"register refused", testRegisterRefused},
		{"anonymous", testAnonymous},
		{"log in", testLogIn},
		{"log out", testLogOut},
		{"no session", testNoSession},
		{"unknown paths need a session", testUnknownPaths},
		{"list sessions", testListSessions},
		{"end session", testEndSession},
		{"escaped paths", testEscapedPaths},
		{"change password", testChangePassword},
		{"change password refused", testChangePasswordRefused},
		{"create chat", testCreateChat},
		{"join chat", testJoinChat},
		{"join chat refused", testJoinRefused},
		{"join chat at once", testJoinAtOnce},
		{"send", testSend},
		{"send refused", testSendRefused},
		{"nobody speaks for another", testSpeakForAnother},
		{"send once", testSendOnce},
		{"send once at once", testSendOnceAtOnce},
		{"client_message_id refused", testClientMessageIDRefused},
		{"pages", testPages},
		{"page limits", testPageLimits},
		{"iterators", testIterators},
		{"pages while others write", testPagesWhileWriting},
		{"both spellings of ids", testSpellings},
		{"ids that can't be read", testUnreadableIDs},
		{"names in NFC", testNFC},
		{"names compared exactly", testNamesExactly},
		{"names that look alike", testNamesThatLookAlike},
		{"precedence of errors", testPrecedence},
		{"details", testDetails},
		{"bodies that are no JSON", testBadBodies},
		{"bodies that are taken", testGoodBodies},
		{"bodies too large", testLargeBodies},
		{"whatever Content-Type", testContentTypes},
		{"HEAD", testHead},
		{"methods not allowed", testMethods},
		{"X-Request-Id", testRequestID},
		{"times", testTimes},
		{"no CORS", testNoCORS},
		{"generated client", testGeneratedClient},
	}
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.test(t, s)
			})
		}
	})
}
