package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopTimeout is how long a server may take to stop.
const stopTimeout = 20 * time.Second

// process is a server that this program started.
type process struct {
	address string
	log     string
	command *exec.Cmd
	ended   chan struct{}
	killed  bool
}

// ownGroup gives children their own process group, so that Ctrl-C does not reach them: they are stopped in
// order.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// startProcess starts a program with this environment only, and its output to the file log.
func startProcess(log, address string, environment []string, program string, arguments ...string) (*process, error) {
	output, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	p := &process{address: address, log: log, command: exec.Command(program, arguments...), ended: make(chan struct{})}
	p.command.Env, p.command.Stdout, p.command.Stderr, p.command.SysProcAttr = environment, output, output, ownGroup()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // the result is in its ProcessState
	}()
	return p, nil
}

// kill ends the process at once, as a crash does.
func (p *process) kill() {
	p.killed = true
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// stop sends SIGTERM, and SIGKILL if that is not enough. It may be called more than once.
func (p *process) stop() error {
	if p.killed {
		return nil
	}
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.ended:
	case <-time.After(stopTimeout):
		_ = p.command.Process.Kill()
		<-p.ended
	}
	if !p.command.ProcessState.Success() {
		return p.explain(fmt.Errorf("%s: %s", p.command.Path, p.command.ProcessState))
	}
	return nil
}

// explain adds the end of the process's log to an error.
func (p *process) explain(err error) error {
	if err == nil {
		return nil
	}
	const most = 2000
	log, _ := os.ReadFile(p.log)
	return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(log[max(0, len(log)-most):]))
}

// await requests the path until the status is 200.
func (p *process) await(ctx context.Context, path string) error {
	ask := get(path, "")
	for ctx.Err() == nil {
		select {
		case <-p.ended:
			return errors.New("the server ended")
		case <-time.After(200 * time.Microsecond):
		}
		connected, err := dial(ctx, p.address, stopTimeout)
		if err != nil {
			continue
		}
		answer, err := connected.exchange(ask.bytes)
		connected.Close()
		if err == nil && answer.status == ask.want {
			return nil
		}
	}
	return ctx.Err()
}

// processorTime returns the processor time of the process so far, with a resolution of 10 ms.
func (p *process) processorTime() (time.Duration, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may have any characters; user and system time are the 12th and 13th field
	// after it.
	fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}
