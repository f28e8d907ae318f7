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

// Process is the real binary as a process of its own.
type Process struct {
	API

	t testing.TB
	// name is the command that runs, port the setting of where it listens.
	name, port  string
	environment []string
	// files is how many files it may have open, 0 for as many as the test.
	files   int
	command *exec.Cmd
	output  *output
	exited  chan struct{}
}

// StartBinary runs the real binary until it is ready, and kills it with the test.
func StartBinary(t testing.TB, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "serve", port: "PORT", environment: withQuiet(environment)})
}

// StartBinaryWithFiles is StartBinary of a process that may have so many files open.
func StartBinaryWithFiles(t testing.TB, files int, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "serve", port: "PORT", environment: withQuiet(environment), files: files})
}

// StartConsumer is StartBinary of the command consumer. What it answers are the
// health calls.
func StartConsumer(t testing.TB, environment ...string) *Process {
	t.Helper()
	return start(t, &Process{t: t, name: "consumer", port: "CONSUMER_PORT", environment: withQuiet(environment)})
}

// ListenAsConsumer is StartConsumer without waiting for its database.
func ListenAsConsumer(t testing.TB, environment ...string) *Process {
	t.Helper()
	p := &Process{t: t, name: "consumer", port: "CONSUMER_PORT", environment: withQuiet(environment)}
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

// Kill ends the process as a power cut would. One that has ended is left alone.
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

// PID is the process's number.
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

// Restart kills the process and starts it again, with the same settings and on
// the same port. Clients made before go on to work.
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

// Logs is all that the process has printed and logged since its last start.
func (p *Process) Logs() string {
	p.t.Helper()
	p.awaitLogged(p.t, p.exited, p.output)
	return p.output.String()
}
