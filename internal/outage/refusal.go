package outage

import "fmt"

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
