package testkit

import (
	"bytes"
	"context"
	"testing"
	"time"

	"messenger-api/internal/server"
)

// commandDeadline is the time limit of a command.
const commandDeadline = 2 * time.Minute

// Result is the output and the exit code of a command.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Command runs a command of messenger-api in this process to its end, with these settings only.
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
