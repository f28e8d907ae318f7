package testkit

import (
	"context"
	"testing"
	"time"

	"messenger-api/internal/server"
)

// startDeadline is how long a server may take to listen, to become ready, and
// to stop: each of these is a matter of milliseconds on an idle machine.
const startDeadline = 60 * time.Second

// Server is a whole server in this process.
type Server struct {
	API

	t      testing.TB
	output *output
	cancel context.CancelFunc
	exited chan struct{}
	code   int
}

// Start runs a server that is ready, and stops it with the test.
func Start(t testing.TB, environment ...string) *Server {
	t.Helper()
	s := Listen(t, environment...)
	s.awaitReady(t, s.exited, s.output)
	return s
}

// Listen runs a server that listens; its database need not be ready. It is
// stopped with the test.
func Listen(t testing.TB, environment ...string) *Server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{t: t, output: newOutput(), cancel: cancel, exited: make(chan struct{})}
	environment = withQuiet(environment)
	go func() {
		defer close(s.exited)
		s.code = server.Run(ctx, server.Process{
			Arguments: []string{"serve"}, Environment: environment, Stdout: s.output, Stderr: s.output,
			Build: server.Build{Version: "test"},
		})
	}()
	t.Cleanup(func() { s.Stop() })
	s.API = newAPI(awaitAddress(t, s.exited, s.output), environment)
	return s
}

// Stop asks the server to finish and waits until it has: it must exit with 0.
// It may be called twice.
func (s *Server) Stop() {
	s.t.Helper()
	s.cancel()
	s.API.close()
	select {
	case <-s.exited:
	case <-time.After(startDeadline):
		s.t.Errorf("the server did not stop in %v:\n%s", startDeadline, s.output)
		return
	}
	if s.code != 0 {
		s.t.Errorf("the server exited with %d:\n%s", s.code, s.output)
	}
}

// AskToStop is what a first SIGTERM does: the server finishes what runs.
func (s *Server) AskToStop() { s.cancel() }

// AwaitReady waits until the server answers that it is ready.
func (s *Server) AwaitReady() {
	s.t.Helper()
	s.awaitReady(s.t, s.exited, s.output)
}

// Logs is all that the server has printed and logged.
func (s *Server) Logs() string {
	s.t.Helper()
	s.awaitLogged(s.t, s.exited, s.output)
	return s.output.String()
}
