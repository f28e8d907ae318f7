// Command messenger-api is the messenger service with all its commands; see internal/server.
package main

import (
	"os"

	"messenger-api/internal/server"
)

// Set by the build: see the Makefile.
var version, commit = "dev", ""

func main() {
	os.Exit(server.Main(server.Process{
		Arguments: os.Args[1:], Environment: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Build: server.Build{Version: version, Commit: commit},
	}))
}
