package testkit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// build makes the binary once per test process.
var build = sync.OnceValues(buildBinary)

// Binary gives the path of the real binary, built from the present source. It
// is kept in bin/ of the module, where `make clean` finds it.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func buildBinary() (string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	directory := filepath.Join(filepath.Dir(strings.TrimSpace(string(module))), "bin")
	path := filepath.Join(directory, "messenger-api.test")
	// Tests of other packages may run the last one meanwhile: it is replaced, never written to.
	fresh := fmt.Sprintf("%s.%d", path, os.Getpid())
	// No flags: what tests and linters compiled is used again.
	command := exec.Command("go", "build", "-o", fresh, "messenger-api/cmd/messenger-api")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, output)
	}
	return path, os.Rename(fresh, path)
}
