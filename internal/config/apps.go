package config

import "slices"

// The apps that settings other than APPS refer to.
const (
	appAuth       = "auth"
	appThrottling = "throttling"
	appSearch     = "search"
	appMetrics    = "metrics"
)

// AppsOn returns those of the known apps that are on, in the given order: the ones that APPS names, or all where it
// is not set, without auth if AUTH_DISABLED is on and without throttling if NGINX_THROTTLING is on.
func (c Config) AppsOn(known []string) []string {
	var on []string
	for _, name := range known {
		if c.appOn(name) {
			on = append(on, name)
		}
	}
	return on
}

func (c Config) appOn(name string) bool {
	switch {
	case name == appAuth && bool(c.Apps.AuthDisabled):
		return false
	case name == appThrottling && bool(c.Apps.NginxThrottling):
		return false
	}
	return len(c.Apps.Names) == 0 || slices.Contains(c.Apps.Names, name)
}

// SearchesInServe reports whether the command serve executes searches itself: no other process can, where the queue or
// the database is embedded.
func (c Config) SearchesInServe() bool {
	return !c.Queue.IsSet() || len(c.Database.Hosts) == 0
}
