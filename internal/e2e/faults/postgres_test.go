package faults

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"messenger-api/internal/testkit/freeport"
)

// postgresServer is a PostgreSQL server of the test, which it can kill.
type postgresServer struct {
	t         *testing.T
	directory string
	port      int
	account   *syscall.SysProcAttr
	process   *exec.Cmd
}

// startPostgres creates and starts a cluster with the programs of TEST_POSTGRES_BIN.
func startPostgres(t *testing.T) *postgresServer {
	t.Helper()
	p := newPostgres(t)
	p.run("initdb", "--pgdata", p.data(), "--auth", "trust", "--username", "messenger", "--encoding", "UTF8", "--locale", "C")
	p.start()
	t.Cleanup(p.kill)
	return p
}

// startStandby starts a streaming standby of this server.
func (p *postgresServer) startStandby() *postgresServer {
	p.t.Helper()
	standby := newPostgres(p.t)
	standby.run("pg_basebackup", "--pgdata", standby.data(), "--host", "127.0.0.1", "--port", strconv.Itoa(p.port),
		"--username", "messenger", "--write-recovery-conf", "--checkpoint", "fast")
	standby.start()
	p.t.Cleanup(standby.kill)
	return standby
}

// promote promotes a standby.
func (p *postgresServer) promote() { p.run("pg_ctl", "promote", "--pgdata", p.data(), "--wait") }

func newPostgres(t *testing.T) *postgresServer {
	t.Helper()
	if os.Getenv("TEST_POSTGRES_BIN") == "" {
		t.Fatal("TEST_POSTGRES_BIN, the directory of initdb and postgres, is not set: run `make test`, " +
			"or `scripts/services up postgres` and then `. .services/env`")
	}
	// Not t.TempDir, which the account postgres could not enter.
	directory, err := os.MkdirTemp("", "messenger-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	p := &postgresServer{t: t, directory: directory, port: freeport.For(t)}
	p.dropRoot()
	return p
}

// dropRoot makes the programs run as the account postgres, since they refuse to
// run as root.
func (p *postgresServer) dropRoot() {
	p.t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		p.t.Fatalf("PostgreSQL can't run as root: %v", err)
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	if err := os.Chown(p.directory, uid, gid); err != nil {
		p.t.Fatal(err)
	}
	p.account = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func (p *postgresServer) data() string { return filepath.Join(p.directory, "data") }

func (p *postgresServer) command(name string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(os.Getenv("TEST_POSTGRES_BIN"), name), arguments...)
	command.Dir, command.SysProcAttr = p.directory, p.account
	return command
}

func (p *postgresServer) run(name string, arguments ...string) {
	p.t.Helper()
	if output, err := p.command(name, arguments...).CombinedOutput(); err != nil {
		p.t.Fatalf("%s: %v\n%s", name, err, output)
	}
}

// start starts the server and waits until it accepts connections. Children of a killed server may still use
// its shared memory for a moment; then it tries again.
func (p *postgresServer) start() {
	p.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		output, ok := p.tryStart()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("PostgreSQL does not start:\n%s", output)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// tryStart returns whether the server accepts connections, or its output if it has ended.
func (p *postgresServer) tryStart() (output string, ok bool) {
	p.t.Helper()
	var said strings.Builder
	port := strconv.Itoa(p.port)
	p.process = p.command("postgres", "-D", p.data(), "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
	p.process.Stdout, p.process.Stderr = &said, &said
	if err := p.process.Start(); err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func(process *exec.Cmd) {
		defer close(ended)
		_ = process.Wait() // killed, or failed to start: its output says why
	}(p.process)
	for p.command("pg_isready", "-h", "127.0.0.1", "-p", port).Run() != nil {
		select {
		case <-ended:
			return said.String(), false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return "", true
}

// kill sends SIGKILL to the server.
func (p *postgresServer) kill() {
	_ = p.process.Process.Kill()
}

// environment returns the settings for this server and others.
func (p *postgresServer) environment(others ...*postgresServer) []string {
	hosts := p.address()
	for _, other := range others {
		hosts += "," + other.address()
	}
	return []string{
		"POSTGRES_HOSTS=" + hosts, "POSTGRES_USER=messenger", "POSTGRES_DB=postgres", "POSTGRES_SSLMODE=disable",
	}
}

func (p *postgresServer) address() string { return "127.0.0.1:" + strconv.Itoa(p.port) }
