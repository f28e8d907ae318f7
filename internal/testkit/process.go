package testkit

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Process is a process of the binary.
type Process struct {
	API

	t testing.TB
	// name is the command, port the setting of its listening port.
	name, port  string
	environment []string
	// files is its limit of open files, 0 for the test's own.
	files   int
	command *exec.Cmd
	output  *output
	exited  chan struct{}
}

// StartBinary starts the binary and waits until it is ready. It is killed at the end of the test.
func StartBinary(t testing.TB, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "serve", port: "PORT", environment: withDefaults(environment)})
}

// StartBinaryWithFiles is StartBinary with a limit of open files.
func StartBinaryWithFiles(t testing.TB, files int, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "serve", port: "PORT", environment: withDefaults(environment), files: files})
}

// StartConsumer is StartBinary for the command consumer, which serves only the health endpoints.
func StartConsumer(t testing.TB, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "consumer", port: "CONSUMER_PORT", environment: withDefaults(environment)})
}

// ListenAsConsumer is StartConsumer without waiting until it is ready.
func ListenAsConsumer(t testing.TB, environment ...string) *Process {
	t.Helper()
	p := &Process{t: t, name: "consumer", port: "CONSUMER_PORT", environment: withDefaults(environment)}
	t.Cleanup(p.Kill)
	p.listen()
	return p
}

func start(t testing.TB, p *Process) *Process {
	t.Helper()
	t.Cleanup(p.Kill)
	p.start()
	return p
}

func (p *Process) start() {
	p.t.Helper()
	p.listen()
	p.AwaitReady()
}

// AwaitReady waits until the process answers that it is ready.
func (p *Process) AwaitReady() {
	p.t.Helper()
	p.awaitReady(p.t, p.exited, p.output)
}

func (p *Process) listen() {
	p.t.Helper()
	p.output, p.exited = newOutput(), make(chan struct{})
	p.command = exec.Command(Binary(p.t), p.name)
	if p.files > 0 {
		p.command = exec.Command("sh", "-c", `ulimit -n "$1"; exec "$0" "$2"`, Binary(p.t), strconv.Itoa(p.files), p.name)
	}
	p.command.Env = p.environment
	p.command.Stdout, p.command.Stderr = p.output, p.output
	if err := p.command.Start(); err != nil {
		p.t.Fatalf("start the binary: %v", err)
	}
	go func(command *exec.Cmd, exited chan struct{}) {
		defer close(exited)
		_ = command.Wait() // the exit code is in its ProcessState
	}(p.command, p.exited)
	p.API = newAPI(awaitAddress(p.t, p.exited, p.output), p.environment)
}

// Kill sends SIGKILL, unless the process has ended.
func (p *Process) Kill() {
	p.t.Helper()
	if p.command == nil || p.command.Process == nil {
		return
	}
	p.API.close()
	if err := p.Signal(syscall.SIGKILL); err != nil {
		p.t.Errorf("kill the server: %v", err)
	}
	<-p.exited
}

// PID returns the process id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Signal sends a signal to the process, if it has not ended.
func (p *Process) Signal(signal syscall.Signal) error {
	err := p.command.Process.Signal(signal)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Terminate sends SIGTERM and returns the exit code, -1 where a signal ended it.
func (p *Process) Terminate() int {
	p.t.Helper()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("terminate the server: %v", err)
	}
	return p.Wait()
}

// Wait waits for the process's end and returns its exit code, -1 where a signal
// ended it.
func (p *Process) Wait() int {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(startDeadline):
		p.t.Fatalf("the server did not end in %v:\n%s", startDeadline, p.output)
	}
	return p.command.ProcessState.ExitCode()
}

// Restart kills the process and starts it again, with the same settings and on the same port, so that
// clients remain usable.
func (p *Process) Restart() {
	p.t.Helper()
	p.Kill()
	_, port, err := net.SplitHostPort(p.Address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.environment = append(slices.Clip(p.environment), p.port+"="+port)
	p.start()
}

// Logs returns all that the process has printed and logged since its last start.
func (p *Process) Logs() string {
	p.t.Helper()
	p.awaitLogged(p.t, p.exited, p.output)
	return p.output.String()
}
