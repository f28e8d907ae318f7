package testkit

import (
	"context"
	"testing"
	"time"

	"messenger-api/internal/server"
)

// startDeadline is the time limit for a server to listen, to become ready, and to stop. Each takes
// milliseconds on an idle machine.
const startDeadline = 60 * time.Second

// Server is a complete server in this process.
type Server struct {
	API

	t      testing.TB
	output *output
	cancel context.CancelFunc
	exited chan struct{}
	code   int
}

// Start starts a server and waits until it is ready. It is stopped at the end of the test.
func Start(t testing.TB, environment ...string) *Server {
	t.Helper()
	s := Listen(t, environment...)
	s.awaitReady(t, s.exited, s.output)
	return s
}

// Listen starts a server and waits until it listens; it need not be ready. It is stopped at the end of
// the test.
func Listen(t testing.TB, environment ...string) *Server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{t: t, output: newOutput(), cancel: cancel, exited: make(chan struct{})}
	environment = withDefaults(environment)
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

// Stop stops the server and waits for its end; the exit code must be 0. It may be called more than
// once.
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

// AskToStop does what the first SIGTERM does: the server finishes running requests and ends.
func (s *Server) AskToStop() { s.cancel() }

// AwaitReady waits until the server answers that it is ready.
func (s *Server) AwaitReady() {
	s.t.Helper()
	s.awaitReady(s.t, s.exited, s.output)
}

// Logs returns all that the server has printed and logged.
func (s *Server) Logs() string {
	s.t.Helper()
	s.awaitLogged(s.t, s.exited, s.output)
	return s.output.String()
}
