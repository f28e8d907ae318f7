package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"messenger-api/internal/outage"
)

// refusals are the SQLSTATEs of errors that last until somebody changes something, and what to do about each.
var refusals = map[string]string{
	invalidPassword:      "correct POSTGRES_USER and POSTGRES_PWD",
	invalidAuthorization: "correct POSTGRES_USER, or have the server's pg_hba.conf let this user in from this host, with or without TLS as POSTGRES_SSLMODE says",
	noSuchDatabase:       "create the database, or correct POSTGRES_DB",
	notPermitted:         "give the user of POSTGRES_USER the permissions that docs/deploy.md lists",
	undefinedTable:       "give the user of POSTGRES_USER the permissions on the schema that docs/deploy.md lists; a table that was removed comes from a backup",
	undefinedSchema:      "give the user of POSTGRES_USER the permissions on the schema that docs/deploy.md lists",
	tooManyConnections:   "raise the limit of connections of the server, the database or the user, or lower POOL_SIZE",
	readOnlyTransaction:  "have POSTGRES_HOSTS name the primary, or promote a standby",
	diskFull:             "make room on the server's disk",
}

// The codes of refusals that are no SQLSTATE, and what to do about them.
const (
	fencedCode        = "fenced"
	fencedAdvice      = "docs/operations.md tells about it under failover and fencing"
	certificateAdvice = "have POSTGRES_SSLROOTCERT name the file of the authority that signed the server's certificate, and POSTGRES_HOSTS the host that stands in it"
)

// explained makes a refusal of an error that lasts until somebody changes something; any other error is returned as it is.
func explained(err error) error {
	if err == nil || outage.Code(err) != "" {
		return err
	}
	if refusal, ok := outage.Certificate(err, certificateAdvice); ok {
		return refusal
	}
	for _, fenced := range []error{errAnotherSystem, errOldTimeline, errForked, errDatabaseMoved, errSeveralPrimaries} {
		if errors.Is(err, fenced) {
			return &outage.Refusal{Code: fencedCode, Advice: fencedAdvice, Cause: err}
		}
	}
	state := sqlState(err)
	switch {
	case errors.Is(err, errReadOnly):
		state = readOnlyTransaction
	case errors.Is(err, errNoIdentity):
		state = undefinedTable
	}
	if advice, ok := refusals[state]; ok {
		return &outage.Refusal{Code: state, Advice: advice, Cause: err}
	}
	return err
}

// isFinal reports whether another attempt to connect would fail, too. A server that is read-only may be promoted soon.
func isFinal(err error) bool {
	code := outage.Code(err)
	return code != "" && code != readOnlyTransaction
}

// connectError is an error of the driver, with each host once in its text.
type connectError struct {
	cause *pgconn.ConnectError
	text  string
}

// Error gives one line.
func (e *connectError) Error() string { return e.text }

// Unwrap gives the error of the driver.
func (e *connectError) Unwrap() error { return e.cause }

// withHostsOnce shortens the driver's error to one line with each host once. The driver tries a host several times, with
// and without TLS.
func withHostsOnce(failed *pgconn.ConnectError) error {
	attempts := []error{failed.Unwrap()}
	if several, ok := attempts[0].(interface{ Unwrap() []error }); ok {
		attempts = several.Unwrap()
	}
	var hosts []string
	reasons := map[string][]string{}
	for _, attempt := range attempts {
		host, reason := hostAndReason(attempt)
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
		if !slices.Contains(reasons[host], reason) {
			reasons[host] = append(reasons[host], reason)
		}
	}
	for i, host := range hosts {
		hosts[i] = strings.TrimPrefix(host+": ", ": ") + strings.Join(reasons[host], "; ")
	}
	text := fmt.Sprintf("connect as %s to the database %s: %s", failed.Config.User, failed.Config.Database, strings.Join(hosts, ", "))
	return &connectError{failed, text}
}

// hostAndReason splits the driver's error of one attempt, such as "127.0.0.1:5432 (db): dial error: …".
func hostAndReason(attempt error) (host, reason string) {
	host, reason, found := strings.Cut(attempt.Error(), "): ")
	if !found {
		return "", attempt.Error()
	}
	address, name, _ := strings.Cut(host, " (")
	if !strings.HasPrefix(address, name) {
		address = name + " (" + address + ")"
	}
	if brief := outage.Reason(attempt); brief != attempt { //nolint:errorlint // whether it is the same one
		reason = brief.Error()
	}
	return address, reason
}
