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

// certificateFaults judges the files for TLS to PostgreSQL and Redis. Where no TLS is
// spoken they have no effect, but must be readable.
func (r reading) certificateFaults() Faults {
	return slices.Concat(r.authorityFaults("POSTGRES_SSLROOTCERT"), r.clientFaults("POSTGRES_SSLCERT", "POSTGRES_SSLKEY"),
		r.authorityFaults("REDIS_SSLROOTCERT"))
}

// authorityFaults reads the file of certificates: what would use it later may go on without it.
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

// clientFaults reads the files of a certificate and its key.
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
