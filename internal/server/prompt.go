package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"messenger-api/internal/messenger"
)

// withPassword reads the new password of an account and then runs the work.
func withPassword(
	ctx context.Context, process Process, name string, work func(operator *messenger.Operator, password string) error,
) error {
	if _, _, err := settings(process); err != nil {
		return err
	}
	password, err := readPassword(ctx, process, name)
	if err != nil {
		return err
	}
	return withOperator(ctx, process, func(operator *messenger.Operator) error { return work(operator, password) })
}

// readPassword reads a password: at a terminal twice and without echo, otherwise from the
// first line of the standard input.
func readPassword(ctx context.Context, process Process, name string) (string, error) {
	if file, ok := process.Stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return askPassword(ctx, process, file, name)
	}
	if process.Stdin == nil {
		return "", errNoPassword
	}
	lines := bufio.NewReader(io.LimitReader(process.Stdin, messenger.PasswordMaxBytes+2))
	line, err := lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if line == "" {
		return "", errNoPassword
	}
	return line, nil
}

var errNoPassword = errors.New("no password: pass it as the first line of the standard input, or type it at a terminal")

func askPassword(ctx context.Context, process Process, terminal *os.File, name string) (string, error) {
	var typed [2]string
	for i, question := range []string{"New password for " + quoteName(name) + ": ", "The same again: "} {
		fmt.Fprint(process.Stderr, question)
		raw, err := readHidden(ctx, terminal)
		fmt.Fprintln(process.Stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(raw)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return typed[0], nil
}

// readHidden reads a line without echo. If ctx ends first, it restores the terminal's state;
// the goroutine that reads ends with the process.
func readHidden(ctx context.Context, terminal *os.File) ([]byte, error) {
	descriptor := int(terminal.Fd())
	before, err := term.GetState(descriptor)
	if err != nil {
		return nil, err
	}
	type line struct {
		typed []byte
		err   error
	}
	read := make(chan line, 1)
	go func() {
		typed, err := term.ReadPassword(descriptor)
		read <- line{typed, err}
	}()
	select {
	case line := <-read:
		return line.typed, line.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), term.Restore(descriptor, before))
	}
}
