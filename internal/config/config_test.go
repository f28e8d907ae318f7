package config

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBodyMaxBytes(t *testing.T) {
	for environ, want := range map[string]int64{
		"MESSAGE_MAX_BYTES=1":      1 << 20,
		"MESSAGE_MAX_BYTES=":       1 << 20,
		"MESSAGE_MAX_BYTES=262144": 6*262144 + 4096,
	} {
		if got := load(t, environ).BodyMaxBytes(); got != want {
			t.Errorf("%s: %d, want %d", environ, got, want)
		}
	}
}

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    slog.Level
	}{
		{nil, slog.LevelInfo},
		{[]string{"LOG_LEVEL=debug"}, slog.LevelDebug},
		{[]string{"LOG_LEVEL=warn"}, slog.LevelWarn},
		{[]string{"LOG_LEVEL=error"}, slog.LevelError},
		{[]string{"LOG_LEVEL=error", "DEBUG=1"}, slog.LevelDebug},
	} {
		if got := load(t, c.environ...).Log.Threshold(); got != c.want {
			t.Errorf("%q: %v, want %v", c.environ, got, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	for host, want := range map[string]string{"": "0.0.0.0:8080", "::": "[::]:8080", "[::1]": "[::1]:8080", "localhost": "localhost:8080"} {
		if got := load(t, "HOST="+host).Server.Address(); got != want {
			t.Errorf("HOST=%s: %s, want %s", host, got, want)
		}
	}
}

func TestHostPortString(t *testing.T) {
	hosts := load(t, "POSTGRES_HOSTS=db,[::1]:1", "POSTGRES_USER=u", "POSTGRES_DB=d").Database.Hosts
	if got := hosts[0].String() + " " + hosts[1].String(); got != "db:5432 [::1]:1" {
		t.Error(got)
	}
}

func TestAppsOn(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    []string
	}{
		{nil, knownApps},
		{[]string{"APPS=auth,api"}, []string{"api", "auth"}},
		{[]string{"AUTH_DISABLED=1"}, []string{"api", "cache", "throttling"}},
		{[]string{"NGINX_THROTTLING=1"}, []string{"api", "auth", "cache"}},
		{[]string{"AUTH_DISABLED=1", "NGINX_THROTTLING=1"}, []string{"api", "cache"}},
		{[]string{"AUTH_DISABLED=1", "APPS=cache"}, []string{"cache"}},
		{[]string{"AUTH_DISABLED=0", "NGINX_THROTTLING=no"}, knownApps},
	} {
		if diff := cmp.Diff(c.want, load(t, c.environ...).AppsOn(knownApps)); diff != "" {
			t.Errorf("%q: %s", c.environ, diff)
		}
	}
}

func TestSwitch(t *testing.T) {
	spellings := map[string]bool{
		"1": true, "true": true, "yes": true, "y": true, "on": true, "TRUE": true, "Yes": true, "Y": true, "oN": true,
		"": false, "0": false, "false": false, "no": false, "n": false, "off": false, "False": false, "NO": false, "N": false, "OFF": false,
	}
	for _, name := range []string{"AUTH_DISABLED", "NGINX_THROTTLING", "ECHO_DB", "AUTH_HIDE_ACCOUNTS", "DEBUG"} {
		for spelling, want := range spellings {
			c := load(t, name+"="+spelling)
			got := map[string]Switch{
				"AUTH_DISABLED": c.Apps.AuthDisabled, "NGINX_THROTTLING": c.Apps.NginxThrottling, "ECHO_DB": c.Database.Echo,
				"AUTH_HIDE_ACCOUNTS": c.Sessions.HideAccounts, "DEBUG": c.Log.Debug,
			}
			for other, value := range got {
				if bool(value) != (want && other == name) {
					t.Errorf("%s=%s: %s is %v", name, spelling, other, value)
				}
			}
		}
		for _, spelling := range []string{"2", "t", "f", "enabled", " 1", "on ", "-1", "null"} {
			if _, err := Load([]string{name + "=" + spelling}, knownApps); err == nil {
				t.Errorf("%s=%q is accepted", name, spelling)
			}
		}
	}
}
