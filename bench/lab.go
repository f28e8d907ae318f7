package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// lab has the binary, the servers and their databases. A server is started when a figure first needs it,
// and runs until the end; an idle server uses almost no processor time.
type lab struct {
	options   options
	began     time.Time
	directory string
	binary    string
	targets   map[string]*target
	bench     *pgbench
	// cleanup is done in reverse order.
	cleanup []func() error
}

// openLab returns a lab without a binary. Its directory is in ./bin, since the system's directory for
// temporary files may be in memory, where fsync takes no time.
func openLab(o options) (*lab, error) {
	if err := os.MkdirAll("bin", 0o755); err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("bin", "bench-")
	if err != nil {
		return nil, err
	}
	l := &lab{options: o, began: time.Now(), directory: directory, targets: map[string]*target{}}
	l.onClose(func() error { return os.RemoveAll(directory) })
	return l, nil
}

// build builds the binary like `make build`.
func (l *lab) build(ctx context.Context) error {
	l.binary = filepath.Join(l.directory, "messenger-api")
	l.note("build")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
		"-o", l.binary, "./cmd/messenger-api")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, output)
	}
	return nil
}

// onClose registers a function that is called when the lab closes.
func (l *lab) onClose(undo func() error) { l.cleanup = append(l.cleanup, undo) }

func (l *lab) close() error {
	var failures []error
	for i := len(l.cleanup) - 1; i >= 0; i-- {
		failures = append(failures, l.cleanup[i]())
	}
	return errors.Join(failures...)
}

// note prints the progress to standard error.
func (l *lab) note(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "%7.1fs  %s\n", time.Since(l.began).Seconds(), fmt.Sprintf(format, arguments...))
}

// path returns the path of a file or directory in the lab's directory.
func (l *lab) path(name string) string { return filepath.Join(l.directory, name) }

// target returns the server that a figure is measured on.
func (l *lab) target(ctx context.Context, kind targetKind) (*target, error) {
	if known, ok := l.targets[kind.name]; ok {
		return known, nil
	}
	l.note("start %s with %d accounts", kind.name, kind.accounts)
	started, err := startTarget(ctx, l, kind)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", kind.name, err)
	}
	l.targets[kind.name] = started
	return started, nil
}

// check compares each database with the answers of its server. It returns the total number of messages.
func (l *lab) check(ctx context.Context) (int64, error) {
	var found int64
	for name, target := range l.targets {
		messages, err := target.check(ctx)
		if err != nil {
			return 0, fmt.Errorf("check %s: %w", name, err)
		}
		found += messages
	}
	return found, nil
}
