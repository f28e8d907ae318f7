package config

// The prefixes of settings for all signals of OpenTelemetry, and for traces only, which take precedence.
const (
	allPrefix    = "OTEL_EXPORTER_OTLP_"
	tracesPrefix = "OTEL_EXPORTER_OTLP_TRACES_"
)

// traceFaults reports settings with which traces would be sent to another place, without TLS, or not at all. It finds
// none where traces are not sent.
func (r parsedSettings) traceFaults() Faults {
	address, endpoint := r.config.Traces.Endpoint.Reveal(), allPrefix+"ENDPOINT"
	if address == nil || r.faulty(allPrefix+"ENDPOINT") || r.faulty(tracesPrefix+"ENDPOINT") {
		return nil
	}
	if r.isSet(tracesPrefix + "ENDPOINT") {
		address, endpoint = r.config.Traces.TracesEndpoint.Reveal(), tracesPrefix+"ENDPOINT"
	}
	secure := address.Scheme == "https"
	insecure := allPrefix + "INSECURE"
	if r.isSet(tracesPrefix + "INSECURE") {
		insecure = tracesPrefix + "INSECURE"
	}
	var faults Faults
	if r.isSet(insecure) && !r.faulty(insecure) && secure == (r.given[insecure] == "true") {
		faults = append(faults, Fault{insecure, "contradicts the scheme in " + endpoint + ", which is enough; drop one of the two"})
	}
	for _, prefix := range []string{allPrefix, tracesPrefix} {
		authorities, certificate, key := prefix+"CERTIFICATE", prefix+"CLIENT_CERTIFICATE", prefix+"CLIENT_KEY"
		if secure {
			faults = append(faults, r.authorityFaults(authorities)...)
			faults = append(faults, r.clientFaults(certificate, key)...)
			continue
		}
		for _, name := range []string{authorities, certificate, key} {
			if r.isSet(name) {
				faults = append(faults, Fault{name, "needs https:// in " + endpoint})
			}
		}
	}
	return faults
}
