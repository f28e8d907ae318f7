package faults

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/freeport"
)

// startPgbouncer starts a pgbouncer for the server, with its default configuration except for its address and
// users. It returns the settings for it.
func (p *postgresServer) startPgbouncer(mode string) []string {
	p.t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; exec.Command(program, "--version").Run() != nil {
			p.t.Fatalf("this test needs the program pgbouncer (Debian's package of that name has it): %v", err)
		}
	}
	port := freeport.For(p.t)
	users, settings := filepath.Join(p.directory, mode+".users"), filepath.Join(p.directory, mode+".ini")
	text := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = trust\nauth_file = %s\npool_mode = %s\n", p.port, port, users, mode)
	for path, content := range map[string]string{users: "\"messenger\" \"\"\n", settings: text} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			p.t.Fatal(err)
		}
		p.give(path)
	}
	command := exec.Command(program, settings)
	command.Dir, command.SysProcAttr = p.directory, p.account
	if err := command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address := fmt.Sprint("127.0.0.1:", port)
	await.Until(p.t, "pgbouncer listens", func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return append(p.environment(), "POSTGRES_HOSTS="+address, uncached)
}

func TestPgbouncerThatPoolsSessions(t *testing.T) {
	t.Parallel()
	server := testkit.Start(t, startPostgres(t).startPgbouncer("session")...)
	alice := server.As(t, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	load.Await(300)
	load.Stop()
	sends.Verify(t, alice)
}

func TestPgbouncerThatPoolsTransactions(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	testkit.Start(t, append(postgres.environment(), uncached)...).Stop() // the schema is ready
	for _, mode := range []string{"transaction", "statement"} {
		environment := append(postgres.startPgbouncer(mode), "HOST=127.0.0.1", "PORT=0", "METRICS_ADDR=127.0.0.1:0")
		result := testkit.RunBinary(t, environment, "", "serve")
		if result.Code != 1 || !strings.Contains(result.Stderr, "pool_mode = session") {
			t.Errorf("serve behind a pgbouncer in the mode %s: %+v", mode, result)
		}
	}
}
