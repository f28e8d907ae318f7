package testkit

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
)

// RunBinary runs a command of the binary to its end, with these settings only, and with input as
// standard input.
func RunBinary(t testing.TB, environment []string, input string, arguments ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), commandDeadline)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, Binary(t), arguments...)
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &stdout, &stderr
	_ = command.Run() // the exit code is in its ProcessState
	if ctx.Err() != nil || command.ProcessState == nil {
		t.Fatalf("messenger-api %q did not end in %v:\n%s%s", arguments, commandDeadline, &stdout, &stderr)
	}
	return Result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// MustRun is RunBinary without input for a command that must succeed. It returns the standard output.
func MustRun(t testing.TB, environment []string, arguments ...string) string {
	t.Helper()
	result := RunBinary(t, environment, "", arguments...)
	if result.Code != 0 {
		t.Fatalf("messenger-api %q: %+v", arguments, result)
	}
	return result.Stdout
}
