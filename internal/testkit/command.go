package testkit

import (
	"bytes"
	"context"
	"testing"
	"time"

	"messenger-api/internal/server"
)

// commandDeadline is how long a command may take.
const commandDeadline = 2 * time.Minute

// Result is what a command left behind.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Command runs the command line of messenger-api in this process to its end. It
// gets these settings and no others.
func Command(t testing.TB, environment []string, arguments ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), commandDeadline)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := server.Run(ctx, server.Process{
		Arguments: arguments, Environment: environment, Stdout: &stdout, Stderr: &stderr,
		Build: server.Build{Version: "test"},
	})
	if ctx.Err() != nil {
		t.Fatalf("messenger-api %q did not end in %v:\n%s%s", arguments, commandDeadline, &stdout, &stderr)
	}
	return Result{code, stdout.String(), stderr.String()}
}
