// Package scripts_test tests the scripts that are run by hand.
package scripts_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"messenger-api/internal/testkit/freeport"
)

// patience is long: a machine may be busy with other tests.
const patience = 5 * time.Minute

// Ctrl-C sends SIGINT to the script and the server, a kill only to the script. In both cases the server is
// stopped once, and the script waits for it.
func TestDevStops(t *testing.T) {
	for how, stop := range map[string]func(script int) error{
		"Ctrl-C":  func(script int) error { return syscall.Kill(-script, syscall.SIGINT) },
		"SIGTERM": func(script int) error { return syscall.Kill(script, syscall.SIGTERM) },
	} {
		t.Run(how, func(t *testing.T) {
			output, outputOfScript, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer output.Close()
			script := exec.Command("./dev")
			script.Env = append(os.Environ(), "PORT="+strconv.Itoa(freeport.For(t)), "DATA_DIR="+t.TempDir(), "METRICS_ADDR=127.0.0.1:0")
			script.Stdout, script.Stderr = outputOfScript, outputOfScript
			script.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a terminal has it
			err = script.Start()
			outputOfScript.Close()
			if err != nil {
				t.Fatal(err)
			}
			if err := output.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(output)
			printed := readUntil(t, lines, "have the password")
			if err := stop(script.Process.Pid); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(lines) // ends when no process is left that may write
			if err != nil {
				t.Errorf("a process is left behind: %v", err)
			}
			if err := script.Wait(); err != nil {
				t.Errorf("the script ended with %v, want 0:\n%s%s", err, printed, rest)
			}
		})
	}
}

// readUntil reads lines up to the one that has the words in it.
func readUntil(t *testing.T, lines *bufio.Reader, words string) (printed string) {
	t.Helper()
	for {
		line, err := lines.ReadString('\n')
		printed += line
		if err != nil {
			t.Fatalf("%v before %q was printed:\n%s", err, words, printed)
		}
		if strings.Contains(line, words) {
			return printed
		}
	}
}
