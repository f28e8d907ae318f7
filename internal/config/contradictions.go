package config

import (
	"slices"
	"strings"
)

// contradictions checks settings against each other. It ignores settings that are invalid by themselves.
func (r parsedSettings) contradictions(knownApps []string) Faults {
	return slices.Concat(r.unknownApps(knownApps), r.appFaults(), r.backendFaults(), r.listenFaults(), r.traceFaults(), r.certificateFaults())
}

func (r parsedSettings) unknownApps(known []string) Faults {
	var faults Faults
	names := r.config.Apps.Names
	for i, name := range names {
		switch {
		case slices.Contains(names[:i], name):
			faults = append(faults, Fault{"APPS", "names " + name + " twice"})
		case !slices.Contains(known, name):
			faults = append(faults, Fault{"APPS", "there is no app " + quoted(name) + "; there are " + strings.Join(known, ", ")})
		}
	}
	return faults
}

func (r parsedSettings) appFaults() Faults {
	var faults Faults
	apps := r.config.Apps
	namesAuth := slices.Contains(apps.Names, appAuth)
	if r.isSet("APPS") && !r.faulty("APPS") && !r.faulty("AUTH_DISABLED") {
		switch {
		case !namesAuth && !bool(apps.AuthDisabled):
			faults = append(faults, Fault{"APPS", "leaves out auth; name it, or set AUTH_DISABLED to serve everybody without a log-in"})
		case namesAuth && bool(apps.AuthDisabled):
			faults = append(faults, Fault{"APPS", "names auth, which AUTH_DISABLED switches off; drop one of the two"})
		}
	}
	if slices.Contains(apps.Names, appThrottling) && bool(apps.NginxThrottling) {
		faults = append(faults, Fault{"APPS", "names throttling, which NGINX_THROTTLING switches off; drop one of the two"})
	}
	return faults
}

func (r parsedSettings) backendFaults() Faults {
	var faults Faults
	for _, name := range []string{"POSTGRES_USER", "POSTGRES_DB"} {
		if r.isSet("POSTGRES_HOSTS") && !r.isSet(name) {
			faults = append(faults, Fault{name, "must be set where POSTGRES_HOSTS is"})
		}
	}
	cache := r.config.Cache
	if cache.Type == CacheRedis && !r.isSet("REDIS_URL") {
		faults = append(faults, Fault{"REDIS_URL", "must be set where CACHE_TYPE is redis"})
	}
	if cache.Type == CacheRedis && r.isSet("REDIS_PWD") && !r.faulty("REDIS_URL") {
		if password, isSet := cache.URL.password(); isSet && password != cache.Password.Reveal() {
			faults = append(faults, Fault{"REDIS_PWD", "is not the password in REDIS_URL; set one of the two"})
		}
	}
	if r.isSet("RMQ_URL") && r.isSet("RMQ_HOST") {
		faults = append(faults, Fault{"RMQ_URL", "is set together with RMQ_HOST; set one of the two"})
	}
	return faults
}
