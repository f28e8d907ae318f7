package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"strings"
)

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

// authorityFaults reads the file as OpenTelemetry does, which would go on without it.
func (r reading) authorityFaults(name string) Faults {
	if !r.isSet(name) {
		return nil
	}
	content, err := os.ReadFile(strings.TrimSpace(r.given[name]))
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(content) {
		err = errors.New("there is none in it")
	}
	if err != nil {
		return Faults{{name, "must be a file of certificates in PEM: " + withoutPath(err)}}
	}
	return nil
}

// clientFaults reads the two files as OpenTelemetry does, which would go on without them.
func (r reading) clientFaults(certificate, key string) Faults {
	switch {
	case !r.isSet(certificate) && !r.isSet(key):
		return nil
	case !r.isSet(certificate):
		return Faults{{certificate, "must be set where " + key + " is"}}
	case !r.isSet(key):
		return Faults{{key, "must be set where " + certificate + " is"}}
	}
	_, err := tls.LoadX509KeyPair(strings.TrimSpace(r.given[certificate]), strings.TrimSpace(r.given[key]))
	if err != nil {
		return Faults{{certificate, "must be the file of a certificate in PEM, and " + key + " that of its key: " + withoutPath(err)}}
	}
	return nil
}

// withoutPath leaves out what could be a key itself, set where its file's path belongs.
func withoutPath(err error) string {
	var ofFile *fs.PathError
	if errors.As(err, &ofFile) {
		err = ofFile.Err
	}
	return err.Error()
}
