package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A PostgreSQL with a certificate of a private CA, which requires a client certificate.
func TestPostgresOfAPrivateAuthority(t *testing.T) {
	t.Parallel()
	postgres := newPostgres(t)
	postgres.run("initdb", "--pgdata", postgres.data(), "--auth", "trust", "--username", "messenger", "--encoding", "UTF8", "--locale", "C")
	authority := newAuthority(t)
	certificate, key := authority.issue("server", postgres)
	postgres.write("pg_hba.conf", "hostssl all all 127.0.0.1/32 cert\n")
	postgres.write("postgresql.auto.conf", "ssl = on\nssl_cert_file = '"+certificate+"'\nssl_key_file = '"+key+"'\nssl_ca_file = '"+authority.file+"'\n")
	postgres.start()
	t.Cleanup(postgres.kill)
	environment := append(postgres.environment(), "POSTGRES_SSLMODE=verify-full")
	ownCertificate, ownKey := authority.issue("messenger", postgres)
	complete := append(slices.Clip(environment), "POSTGRES_SSLROOTCERT="+authority.file, "POSTGRES_SSLCERT="+ownCertificate, "POSTGRES_SSLKEY="+ownKey)
	testkit.Start(t, complete...).As(t, "alice")

	stranger := testkit.Listen(t, environment...)
	await.Until(t, "the log says that nobody vouches for the server", func() bool {
		return strings.Contains(stranger.Logs(), "unknown authority")
	})
	stranger.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	if result := testkit.RunBinary(t, append(complete, "POSTGRES_SSLROOTCERT=/nowhere"), "", "check-config"); result.Code != 2 ||
		!strings.Contains(result.Stderr, "POSTGRES_SSLROOTCERT: must be a file of certificates") {
		t.Errorf("check-config of a file that is not there: %+v", result)
	}
}

// The environment variables of libpq are ignored.
func TestVariablesOfTheDriverDoNotCount(t *testing.T) {
	t.Parallel()
	environment := append(startPostgres(t).environment(), uncached,
		"PGSERVICE=nowhere", "PGSERVICEFILE=/nowhere", "PGCONNECT_TIMEOUT=many", "PGPASSWORD=secret", "PGSSLMODE=none",
		"PGSSLROOTCERT=/nowhere", "PGOPTIONS=-c nonsense=1", "PGTARGETSESSIONATTRS=standby", "PGMINPROTOCOLVERSION=9", "PGREQUIREAUTH=gss")
	server := testkit.StartBinary(t, environment...)
	server.Guest(t).Get("/ping_db").Empty(http.StatusOK)
}

// authority issues certificates.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
	serial      int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key, serial: 1}
	if a.certificate, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir, which the account postgres could not enter.
	directory, err := os.MkdirTemp("", "messenger-authority-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	a.file = filepath.Join(directory, "authority.pem")
	a.save(a.file, "CERTIFICATE", raw, 0o644)
	return a
}

// issue issues a certificate for the name and for localhost. The server's account can read its key.
func (a *authority) issue(name string, owner *postgresServer) (certificate, key string) {
	a.t.Helper()
	a.serial++
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, key = filepath.Join(filepath.Dir(a.file), name+".pem"), filepath.Join(filepath.Dir(a.file), name+".key")
	a.save(certificate, "CERTIFICATE", raw, 0o644)
	a.save(key, "PRIVATE KEY", encoded, 0o600)
	owner.give(key)
	return certificate, key
}

func (a *authority) save(path, kind string, content []byte, mode os.FileMode) {
	a.t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), mode); err != nil {
		a.t.Fatal(err)
	}
}

// write replaces a file of the cluster.
func (p *postgresServer) write(name, content string) {
	p.t.Helper()
	path := filepath.Join(p.data(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.give(path)
}

// give makes the server's account the owner of a file.
func (p *postgresServer) give(path string) {
	p.t.Helper()
	if p.account == nil {
		return
	}
	if err := os.Chown(path, int(p.account.Credential.Uid), int(p.account.Credential.Gid)); err != nil {
		p.t.Fatal(err)
	}
}
