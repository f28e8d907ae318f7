package storetest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

func sessionTests() tests {
	return tests{
		"a stored session is read unchanged":                  sessionUnchanged,
		"a session with an outdated password hash is refused": sessionRefused,
		"several sessions are looked up together":             sessionsTogether,
		"open sessions are listed, newest first":              sessionsListed,
		"the list is limited":                                 sessionsLimited,
		"the current session is always listed":                currentListed,
		"the sessions that expire last are listed":            longestListed,
		"the addresses of an account's newest log-ins":        logInAddresses,
	}
}

// opened is a stored session and its token.
type opened struct {
	messenger.Session

	token messenger.Token
}

func newSession(account messenger.Account) (messenger.Token, messenger.Session) {
	var token messenger.Token
	rand.Read(token[:])
	return token, messenger.Session{
		ID: messenger.NewID(), AccountID: account.ID, CreatedAt: moment(0), ExpiresAt: moment(time.Hour),
		Address: "2001:db8::1", UserAgent: "Mozilla/5.0 ('Плеер' \"7\")",
	}
}

func openSession(t *testing.T, store messenger.Store, account messenger.Account) opened {
	t.Helper()
	return openSessionFor(t, store, account, moment(0), moment(time.Hour))
}

func openSessionFor(t *testing.T, store messenger.Store, account messenger.Account, from, until time.Time) opened {
	t.Helper()
	token, session := newSession(account)
	session.CreatedAt, session.ExpiresAt = from, until
	stored, err := store.CreateSession(t.Context(), session, token.Hash(), account.PasswordHash)
	check(t, err)
	requireEqual(t, stored, true)
	return opened{session, token}
}

// requireSession checks that the session is unchanged, except for loggedOutAt.
func requireSession(t *testing.T, store messenger.Store, want opened, loggedOutAt time.Time) {
	t.Helper()
	found, err := store.SessionsByToken(t.Context(), []messenger.TokenHash{want.token.Hash()})
	check(t, err)
	want.LoggedOutAt = loggedOutAt
	requireEqual(t, found, map[messenger.TokenHash]messenger.Session{want.token.Hash(): want.Session})
}

func sessionUnchanged(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	requireSession(t, store, openSession(t, store, account), time.Time{})
	odd := openSessionFor(t, store, account, moment(time.Microsecond), moment(999_999*time.Microsecond))
	requireSession(t, store, odd, time.Time{})
}

func sessionRefused(t *testing.T, store messenger.Store) {
	token, session := newSession(newAccount(t, store))
	stored, err := store.CreateSession(t.Context(), session, token.Hash(), "another hash")
	check(t, err)
	requireEqual(t, stored, false)
	found, err := store.SessionsByToken(t.Context(), []messenger.TokenHash{token.Hash()})
	check(t, err)
	requireEqual(t, len(found), 0)
}

func sessionsTogether(t *testing.T, store messenger.Store) {
	anna, boris := newAccount(t, store), newAccount(t, store)
	want := map[messenger.TokenHash]messenger.Session{}
	var hashes []messenger.TokenHash
	for i := range 40 {
		session := openSession(t, store, []messenger.Account{anna, boris}[i%2])
		want[session.token.Hash()] = session.Session
		unknown, _ := newSession(anna)
		hashes = append(hashes, session.token.Hash(), unknown.Hash(), session.token.Hash())
	}
	found, err := store.SessionsByToken(t.Context(), hashes)
	check(t, err)
	requireEqual(t, found, want)
}

func sessionsListed(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	now := moment(30 * time.Minute)
	second := openSessionFor(t, store, account, moment(2*time.Second), moment(time.Hour))
	newest := openSessionFor(t, store, account, moment(3*time.Second), now.Add(time.Microsecond))
	oldest := openSessionFor(t, store, account, moment(time.Second), moment(time.Hour))
	openSessionFor(t, store, account, moment(4*time.Second), now) // expired at now
	loggedOut := openSession(t, store, account)
	_, _, err := store.EndSession(t.Context(), account.ID, loggedOut.ID, now)
	check(t, err)
	openSession(t, store, newAccount(t, store))
	listed, err := store.OpenSessions(t.Context(), account.ID, second.ID, now, messenger.MaxListedSessions)
	check(t, err)
	requireEqual(t, listed, []messenger.Session{newest.Session, second.Session, oldest.Session})
}

func sessionsLimited(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	var want []messenger.Session
	for i := range 5 {
		session := openSessionFor(t, store, account, moment(-time.Duration(i)*time.Second), moment(time.Hour-time.Duration(i)*time.Second))
		want = append(want, session.Session)
	}
	for _, limit := range []int{1, 4, 5, 6} {
		listed, err := store.OpenSessions(t.Context(), account.ID, messenger.ID{}, moment(time.Minute), limit)
		check(t, err)
		requireEqual(t, listed, want[:min(limit, 5)])
	}
}

// With more sessions than the limit, those that expire last are listed.
func longestListed(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	oldest := openSessionFor(t, store, account, moment(0), moment(3*time.Hour))
	openSessionFor(t, store, account, moment(2*time.Second), moment(time.Hour))
	newest := openSessionFor(t, store, account, moment(time.Second), moment(2*time.Hour))
	listed, err := store.OpenSessions(t.Context(), account.ID, messenger.ID{}, moment(time.Minute), 2)
	check(t, err)
	requireEqual(t, listed, []messenger.Session{newest.Session, oldest.Session})
}

func currentListed(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	now := moment(time.Minute)
	var all []messenger.Session
	for i := range 5 {
		session := openSessionFor(t, store, account, moment(-time.Duration(i)*time.Second), moment(time.Hour-time.Duration(i)*time.Second))
		all = append(all, session.Session)
	}
	ended := openSessionFor(t, store, account, moment(-6*time.Second), now)
	others := openSessionFor(t, store, newAccount(t, store), moment(-6*time.Second), moment(time.Hour))
	for _, c := range []struct {
		current messenger.ID
		limit   int
		want    []messenger.Session
	}{
		{all[4].ID, 1, all[4:]},
		{all[4].ID, 3, []messenger.Session{all[0], all[1], all[4]}},
		{all[1].ID, 3, all[:3]},
		{all[4].ID, 5, all},
		{ended.ID, 3, all[:3]},
		{others.ID, 3, all[:3]},
	} {
		listed, err := store.OpenSessions(t.Context(), account.ID, c.current, now, c.limit)
		check(t, err)
		requireEqual(t, listed, c.want)
	}
}

// logInAddresses are of open and of ended sessions, newest first.
func logInAddresses(t *testing.T, store messenger.Store) {
	account, other := newAccount(t, store), newAccount(t, store)
	var want []string
	for i := range 5 {
		token, session := newSession(account)
		session.CreatedAt, session.Address = moment(time.Duration(i)*time.Minute), fmt.Sprintf("192.0.2.%d", i)
		_, err := store.CreateSession(t.Context(), session, token.Hash(), account.PasswordHash)
		check(t, err)
		if i == 3 {
			_, _, err := store.EndSession(t.Context(), account.ID, session.ID, session.CreatedAt)
			check(t, err)
		}
		want = append(want, session.Address)
	}
	openSession(t, store, other)
	slices.Reverse(want)
	for _, c := range []struct {
		name  string
		since time.Duration
		limit int
		want  []string
	}{
		{account.Name, 0, 10, want},
		{account.Name, 2 * time.Minute, 10, want[:3]},
		{account.Name, 0, 2, want[:2]},
		{account.Name, time.Hour, 10, nil},
		{"nobody " + account.Name, 0, 10, nil},
	} {
		addresses, err := store.LogInAddresses(t.Context(), c.name, moment(c.since), c.limit)
		check(t, err)
		if !slices.Equal(addresses, c.want) {
			t.Errorf("since %v, %d at most: %q, want %q", c.since, c.limit, addresses, c.want)
		}
	}
}
