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

// build builds the binary once per test process.
var build = sync.OnceValues(buildBinary)

// Binary returns the path of the binary, built from the present source. It is in bin/ of the module,
// which `make clean` removes.
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
	// Tests of other packages may be running the previous binary, so it is replaced by a rename.
	fresh := fmt.Sprintf("%s.%d", path, os.Getpid())
	// Where the previous binary is of the present source, it is not linked again.
	_ = os.Link(path, fresh) // there may be none
	defer os.Remove(fresh)   // it is there after an error, and where both names are of one file
	// No flags, so that the build cache of tests and linters is used.
	command := exec.Command("go", "build", "-o", fresh, "messenger-api/cmd/messenger-api")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, output)
	}
	return path, os.Rename(fresh, path)
}
