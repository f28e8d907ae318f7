package operator

import (
	"bytes"
	"io"
	"os/exec"
	"testing"

	"messenger-api/internal/testkit"
)

// After an import was killed, the database is still empty.
func TestKilledImportLeavesNothing(t *testing.T) {
	history := newArchive(t, 20_000).encode(t)
	onBoth(t, func(t *testing.T, database []string) {
		command := exec.Command(testkit.Binary(t), "import")
		command.Env = database
		input, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		// The pipe's buffer is small: all that is written, except for the end, was read.
		if _, err := io.Copy(input, bytes.NewReader(history[:len(history)*9/10])); err != nil {
			t.Fatal(err)
		}
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait() // it was killed
		move(t, history, database)
	})
}
