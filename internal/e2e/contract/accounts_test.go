package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func credentials(name, password any) map[string]any {
	return map[string]any{"user_name": name, "password": password}
}

func testRegister(t *testing.T, s *testkit.Server) {
	guest := s.Guest(t)
	for name, c := range map[string]map[string]any{
		"a name":               credentials(fresh("alice"), "x"),
		"the longest name":     credentials(fresh(strings.Repeat("ü", 246)), "x"),
		"the longest password": credentials(fresh("alice"), strings.Repeat("ß", 512)),
		"a password of spaces": credentials(fresh("alice"), "  "),
		"a name with anything": credentials(fresh("\"\\';--<&💬"), "\u0001"),
		"fields nobody knows":  {"user_name": fresh("alice"), "password": "x", "admin": true, "User_Name": 3},
		"a name of one digit":  credentials(fresh("1"), "x"),
	} {
		if answer := guest.Post("/v1/auth/register", c); answer.Status != http.StatusCreated || len(answer.Body) > 0 {
			t.Errorf("%s: %s", name, answer)
			continue
		}
		guest.Post("/v1/auth/register", c).Refused(http.StatusBadRequest, "user-already-exists")
		guest.LogIn(c["user_name"].(string), c["password"].(string))
	}
}

// refusedCredentials are refused by both register and login.
func refusedCredentials() map[string]map[string]any {
	name := fresh("alice")
	return map[string]map[string]any{
		"nothing":               {},
		"no name":               {"password": "x"},
		"no password":           {"user_name": name},
		"an empty name":         credentials("", "x"),
		"an empty password":     credentials(name, ""),
		"a number as name":      credentials(1, "x"),
		"a list as name":        credentials([]string{name}, "x"),
		"null as name":          credentials(nil, "x"),
		"a number as password":  credentials(name, 12345678),
		"null as password":      credentials(name, nil),
		"true as password":      credentials(name, true),
		"a name too long":       credentials(strings.Repeat("a", 256), "x"),
		"a long name of runes":  credentials(strings.Repeat("ü", 256), "x"),
		"a password too long":   credentials(name, strings.Repeat("a", 1025)),
		"a long password, ß":    credentials(name, strings.Repeat("ß", 513)),
		"NUL in the name":       credentials("a\x00b", "x"),
		"NUL in the password":   credentials(name, "a\x00b"),
		"names in another case": {"User_Name": name, "PASSWORD": "x"},
	}
}

func testRegisterRefused(t *testing.T, s *testkit.Server) {
	for what, body := range refusedCredentials() {
		if answer := s.Guest(t).Post("/v1/auth/register", body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s: %s", what, answer)
		}
	}
	// None of the refused names was registered.
	s.As(t, fresh("alice")).Get("/v1/auth/sessions").Want(http.StatusOK)
}

func testAnonymous(t *testing.T, s *testkit.Server) {
	guest := s.Guest(t)
	guest.Post("/v1/auth/register", credentials("anonymous", "x")).Refused(http.StatusBadRequest, "user-already-exists")
	for _, password := range []string{"x", "anonymous", " ", testkit.Password} {
		guest.Post("/v1/auth/login", credentials("anonymous", password)).Refused(http.StatusBadRequest, "bad-password")
	}
	guest.Post("/v1/auth/login", credentials("anonymous", "")).Refused(http.StatusBadRequest, "bad-parameters")
}

func testChangePassword(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	first := s.As(t, name)
	second, third := first.LogIn(name, testkit.Password), first.LogIn(name, testkit.Password)
	bob := s.As(t, fresh("bob"))
	// Each session is used once, so that the server caches it.
	for _, client := range []*testkit.Client{first, second, third, bob} {
		client.Get("/v1/auth/sessions").Want(http.StatusOK)
	}

	second.Post("/v1/auth/password", map[string]string{"password": testkit.Password, "new_password": "another"}).Empty(http.StatusOK)
	for _, ended := range []*testkit.Client{first, third} {
		ended.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
	}
	second.Get("/v1/auth/sessions").Want(http.StatusOK)
	bob.Get("/v1/auth/sessions").Want(http.StatusOK)
	guest := s.Guest(t)
	guest.Post("/v1/auth/login", credentials(name, testkit.Password)).Refused(http.StatusBadRequest, "bad-password")
	guest.LogIn(name, "another").Get("/v1/auth/sessions").Want(http.StatusOK)
	second.Post("/v1/auth/password", map[string]string{"password": "another", "new_password": "another"}).Empty(http.StatusOK)
}

func testChangePasswordRefused(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	alice := s.As(t, name)
	other := alice.LogIn(name, testkit.Password)
	for what, body := range map[string]map[string]any{
		"nothing":                 {},
		"no password":             {"new_password": "x"},
		"no new password":         {"password": testkit.Password},
		"an empty new password":   {"password": testkit.Password, "new_password": ""},
		"an empty password":       {"password": "", "new_password": "x"},
		"a number":                {"password": testkit.Password, "new_password": 1},
		"a new password too long": {"password": testkit.Password, "new_password": strings.Repeat("ß", 513)},
		"NUL":                     {"password": testkit.Password, "new_password": "a\x00"},
	} {
		if answer := alice.Post("/v1/auth/password", body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s: %s", what, answer)
		}
	}
	alice.Post("/v1/auth/password", map[string]string{"password": "wrong", "new_password": "x"}).
		Refused(http.StatusBadRequest, "bad-password")
	other.Get("/v1/auth/sessions").Want(http.StatusOK)
	s.Guest(t).LogIn(name, testkit.Password)
}
