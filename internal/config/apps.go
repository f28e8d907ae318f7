package config

import "slices"

// The apps that settings of their own switch off.
const (
	appAuth       = "auth"
	appThrottling = "throttling"
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
