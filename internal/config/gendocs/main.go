// Command gendocs writes docs/config.md to the path given as its argument.
package main

import (
	"bytes"
	"fmt"
	"os"

	"messenger-api/internal/config"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one argument expected, the file to write, not %d", len(args))
	}
	var page bytes.Buffer
	if err := config.WriteMarkdown(&page); err != nil {
		return err
	}
	return os.WriteFile(args[0], page.Bytes(), 0o644)
}
