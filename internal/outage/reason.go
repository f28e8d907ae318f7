package outage

import (
	"errors"
	"fmt"
	"net"
)

// Reason is a network error without the addresses in its text, for a line that names the host already. Any other
// error is returned as it is, and so is a Refusal.
func Reason(err error) error {
	var failed *net.OpError
	if Code(err) != "" || !errors.As(err, &failed) {
		return err
	}
	var unknown *net.DNSError
	if errors.As(failed.Err, &unknown) {
		return fmt.Errorf("%s: %s", failed.Op, unknown.Err)
	}
	return fmt.Errorf("%s: %w", failed.Op, failed.Err)
}
