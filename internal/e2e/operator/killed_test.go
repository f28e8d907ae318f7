package operator

import (
	"bytes"
	"io"
	"os/exec"
	"testing"

	"messenger-api/internal/testkit"
)

// Whoever ends an import in its middle, be it by a power cut, has an empty
// database still.
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
		// The pipe holds little: what is written was read, but for its end.
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
