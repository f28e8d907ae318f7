package cachetest

import (
	"bufio"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/freeport"
)

// RedisURL is the URL of the Redis that tests share, from TEST_REDIS_URL.
func RedisURL(t testing.TB) *url.URL {
	t.Helper()
	address := os.Getenv("TEST_REDIS_URL")
	if address == "" {
		t.Fatal("TEST_REDIS_URL is not set: this test needs a Redis server. " +
			"Run `make test`, or start one with `scripts/services up redis` and then `. .services/env`")
	}
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal("TEST_REDIS_URL is not a URL")
	}
	return parsed
}

// Server is a private Redis server of a test. It is empty after each start.
type Server struct {
	t         testing.TB
	program   string
	port      int
	arguments []string
	command   *exec.Cmd
}

// StartServer starts a redis-server on a free port, with arguments such as
// "--requirepass", "secret". It is killed with the test.
func StartServer(t testing.TB, arguments ...string) *Server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("this test starts and kills a private Redis, and the program redis-server was not found (Debian's package has the same name): %v", err)
	}
	s := &Server{t: t, program: program, port: freeport.For(t)}
	s.arguments = append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
	}, arguments...)
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// Start starts the server on its port, again after Kill, and waits until it responds.
func (s *Server) Start() {
	s.t.Helper()
	s.command = exec.Command(s.program, s.arguments...)
	if err := s.command.Start(); err != nil {
		s.t.Fatalf("start redis-server: %v", err)
	}
	await.Until(s.t, "redis-server answers", s.answers)
}

// answers reports whether the server replies to PING, even with an error.
func (s *Server) answers() bool {
	conn, err := net.Dial("tcp", s.Address())
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err = conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	_, err = bufio.NewReader(conn).ReadString('\n')
	return err == nil
}

// Kill kills the server with SIGKILL. It may be called again.
func (s *Server) Kill() {
	if s.command == nil || s.command.Process == nil {
		return
	}
	_ = s.command.Process.Kill() // fails only if it has ended
	_ = s.command.Wait()         // returns the expected error "killed"
	s.command = nil
}

// Pause suspends the server with SIGSTOP: its connections stay open, and it does not
// respond until Resume.
func (s *Server) Pause() {
	s.t.Helper()
	await.Stopped(s.t, s.command.Process.Pid)
}

// Resume continues a paused server.
func (s *Server) Resume() {
	s.t.Helper()
	if err := s.command.Process.Signal(syscall.SIGCONT); err != nil {
		s.t.Fatalf("resume redis-server: %v", err)
	}
}

// Address is the server's host and port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is the server's address as a setting, without a password.
func (s *Server) URL() *url.URL { return &url.URL{Scheme: "redis", Host: s.Address()} }
