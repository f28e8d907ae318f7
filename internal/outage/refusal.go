package outage

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// Refusal is an error of a part that answers and refuses this service: it lasts until somebody does something.
type Refusal struct {
	// Code is what the part calls it.
	Code string
	// Advice is what to do.
	Advice string
	Cause  error
}

// Error says what was refused and what to do.
func (r *Refusal) Error() string { return fmt.Sprintf("%v (%s)", r.Cause, r.Advice) }

// Unwrap gives what the part answered.
func (r *Refusal) Unwrap() error { return r.Cause }

// Code is that of the Refusal in err's chain, empty where there is none.
func Code(err error) string {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// Certificate makes a Refusal of an error that says that the part's certificate can't be trusted; ok is false for
// any other error.
func Certificate(err error, advice string) (refusal *Refusal, ok bool) {
	var untrusted *tls.CertificateVerificationError
	if !errors.As(err, &untrusted) {
		return nil, false
	}
	return &Refusal{Code: "certificate", Advice: advice, Cause: err}, true
}
