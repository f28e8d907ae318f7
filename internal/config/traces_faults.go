package config

// The beginnings of the names of settings: of all that OpenTelemetry may send, and of traces alone, which count more.
const (
	forAll    = "OTEL_EXPORTER_OTLP_"
	forTraces = "OTEL_EXPORTER_OTLP_TRACES_"
)

// traceFaults finds what would send traces elsewhere, in the clear, or not at all, where they are sent.
func (r reading) traceFaults() Faults {
	address, endpoint := r.config.Traces.Endpoint.Reveal(), forAll+"ENDPOINT"
	if address == nil || r.faulty(forAll+"ENDPOINT") || r.faulty(forTraces+"ENDPOINT") {
		return nil
	}
	if r.isSet(forTraces + "ENDPOINT") {
		address, endpoint = r.config.Traces.TracesEndpoint.Reveal(), forTraces+"ENDPOINT"
	}
	secure := address.Scheme == "https"
	insecure := forAll + "INSECURE"
	if r.isSet(forTraces + "INSECURE") {
		insecure = forTraces + "INSECURE"
	}
	var faults Faults
	if r.isSet(insecure) && !r.faulty(insecure) && secure == (r.given[insecure] == "true") {
		faults = append(faults, Fault{insecure, "contradicts the scheme in " + endpoint + ", which is enough; drop one of the two"})
	}
	for _, beginning := range []string{forAll, forTraces} {
		authorities, certificate, key := beginning+"CERTIFICATE", beginning+"CLIENT_CERTIFICATE", beginning+"CLIENT_KEY"
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
