package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"messenger-api/internal/server"
	"messenger-api/internal/testkit"
)

// known are the apps that the checks below cover.
var known = []string{"cache", "auth", "throttling", "api", "search", "docs", "metrics"}

func TestAllAppsAreTested(t *testing.T) {
	if !slices.Equal(server.AppNames, known) {
		t.Errorf("the apps are %q; the tests know %q", server.AppNames, known)
	}
}

// settingsOf switches on these apps and no others.
func settingsOf(on []string) []string {
	settings := []string{"APPS=" + strings.Join(on, ",")}
	if !slices.Contains(on, "auth") {
		settings = append(settings, "AUTH_DISABLED=1")
	}
	return settings
}

// A server with any tested combination of apps starts and serves exactly their operations,
// or refuses to start and says why. Each app alone, each off, and all pairs off are tested.
// Whether a limit is enforced is tested where one app is on, or one is off.
func TestEveryCombinationOfApps(t *testing.T) {
	t.Parallel()
	for set := 1; set < 1<<len(known); set++ {
		var on []string
		for i, name := range known {
			if set&(1<<i) != 0 {
				on = append(on, name)
			}
		}
		t.Run(strings.Join(on, "+"), func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, append(testkit.Migrated(t), settingsOf(on)...)...)
			checkPaths(t, s, on)
			checkServedDocument(t, s, on)
			if throttled := s.Guest(t).Get("/unknown").Header.Get("RateLimit") != ""; throttled != slices.Contains(on, "throttling") {
				t.Errorf("answers tell of a limit: %v", throttled)
			}
			if len(on) == 1 || len(on) >= len(known)-1 {
				checkThrottling(t, on)
			}
			if !strings.Contains(s.Logs(), `"apps":"`+strings.Join(on, ", ")+`"`) {
				t.Errorf("the log does not name the apps %q:\n%s", on, s.Logs())
			}
		})
		if !slices.Contains(on, "auth") {
			t.Run(strings.Join(on, "+")+" without AUTH_DISABLED", func(t *testing.T) {
				t.Parallel()
				refuseToServe(t, append(testkit.Embedded(t), "APPS="+strings.Join(on, ",")), "APPS: ", "auth")
			})
		}
	}
}

// refuseToServe fails the test unless the start fails with exit code 2, every line of the
// error begins with beginning, and the lines contain the words.
func refuseToServe(t *testing.T, environment []string, beginning string, words ...string) {
	t.Helper()
	result := testkit.Command(t, environment)
	if result.Code != 2 || result.Stdout != "" {
		t.Errorf("%q: exit code %d, want 2 and no output:\n%s%s", environment, result.Code, result.Stdout, result.Stderr)
	}
	for line := range strings.Lines(result.Stderr) {
		if !strings.HasPrefix(line, beginning) {
			t.Errorf("%q: the line %q does not begin with %q", environment, line, beginning)
		}
	}
	for _, word := range append(words, beginning) {
		if !strings.Contains(result.Stderr, word) {
			t.Errorf("%q: %q is not said:\n%s", environment, word, result.Stderr)
		}
	}
}

// Some apps have their own settings that switch them off.
func TestAppsSwitchedOffByOtherSettings(t *testing.T) {
	t.Parallel()
	for setting, off := range map[string]string{"AUTH_DISABLED=on": "auth", "NGINX_THROTTLING=on": "throttling"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, append(testkit.Embedded(t), setting)...)
			on := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == off })
			checkPaths(t, s, on)
			checkServedDocument(t, s, on)
			refuseToServe(t, append(testkit.Embedded(t), setting, "APPS="+strings.Join(known, ",")), "APPS: ", off,
				setting[:strings.IndexByte(setting, '=')])
		})
	}
}

func TestUnknownApps(t *testing.T) {
	for _, apps := range []string{"auth,nothing", "Auth", "auth,,api", ",", "auth,auth", "auth api"} {
		refuseToServe(t, append(testkit.Embedded(t), "APPS="+apps), "APPS: ")
	}
}

// checkThrottling checks whether a limit of one request per second is enforced.
func checkThrottling(t *testing.T, on []string) {
	t.Helper()
	s := testkit.Start(t, append(testkit.Migrated(t), append(settingsOf(on), "THROTTLING_RPS=1")...)...)
	limited := false
	for range 200 {
		if s.Guest(t).Get("/unknown").Status == http.StatusTooManyRequests {
			limited = true
			break
		}
	}
	if limited != slices.Contains(on, "throttling") {
		t.Errorf("requests are limited: %v, apps: %q", limited, on)
	}
}
