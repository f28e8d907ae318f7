package config

import "slices"

// The apps that have to do with settings beside APPS.
const (
	appAuth       = "auth"
	appThrottling = "throttling"
	appSearch     = "search"
	appMetrics    = "metrics"
)

// AppsOn gives those of the known apps that are on, in the given order: the ones that APPS names, or all where it
// is not set, less auth with AUTH_DISABLED and less throttling with NGINX_THROTTLING.
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

// SearchesInServe tells whether serve works on searches itself: a queue in its own memory, and a database of its own,
// no other process gets at.
func (c Config) SearchesInServe() bool {
	return !c.Queue.IsSet() || len(c.Database.Hosts) == 0
}
