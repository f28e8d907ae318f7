package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// certificateFaults checks the files for TLS to PostgreSQL and Redis. They must be valid even if TLS is not used.
func (r parsedSettings) certificateFaults() Faults {
	return slices.Concat(r.authorityFaults("POSTGRES_SSLROOTCERT"), r.clientFaults("POSTGRES_SSLCERT", "POSTGRES_SSLKEY"),
		r.authorityFaults("REDIS_SSLROOTCERT"))
}

// authorityFaults checks a file of CA certificates: a client might silently ignore an invalid one.
func (r parsedSettings) authorityFaults(name string) Faults {
	if !r.isSet(name) {
		return nil
	}
	content, err := os.ReadFile(strings.TrimSpace(r.given[name]))
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(content) {
		err = errors.New("it contains none")
	}
	if err != nil {
		return Faults{{name, "must be a file of certificates in PEM: " + withoutPath(err)}}
	}
	return nil
}

// clientFaults checks the files of a client certificate and its key.
func (r parsedSettings) clientFaults(certificate, key string) Faults {
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

// withoutPath removes the path from an error: it may be the key itself, if that was set in place of the path.
func withoutPath(err error) string {
	var ofFile *fs.PathError
	if errors.As(err, &ofFile) {
		err = ofFile.Err
	}
	return err.Error()
}
