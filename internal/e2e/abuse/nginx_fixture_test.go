package abuse_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/freeport"
)

// nginx is the configuration of deploy/nginx in a directory of its own, as the container's start makes it of the settings.
type nginx struct {
	program string
	// directory stands for the container's /tmp.
	directory string
	// port is that of plain HTTP, tlsPort that of TLS.
	port, tlsPort int
}

const deployed = "../../../deploy/nginx/"

// mainFile has another ending than what it includes from the same directory.
const mainFile = "nginx.main"

// newNginx writes the configuration for a server at the address, with these settings. secure takes the variant for TLS,
// whose certificate and key are still to be written.
func newNginx(t *testing.T, server string, secure bool, settings map[string]string) nginx {
	t.Helper()
	n := nginx{directory: t.TempDir() + "/", port: freeport.For(t), tlsPort: freeport.For(t)}
	var err error
	if n.program, err = exec.LookPath("nginx"); err != nil {
		if n.program = "/usr/sbin/nginx"; exec.Command(n.program, "-v").Run() != nil {
			t.Fatalf("this test needs the program nginx (Debian's package of that name has it): %v", err)
		}
	}
	all := map[string]string{
		"NGINX_THROTTLING": "", "NGINX_ADDRESS_RPS": "100", "THROTTLING_RPS": "100", "NGINX_ADDRESS_CONNECTIONS": "256",
		"NGINX_TLS_PORT": strconv.Itoa(n.tlsPort),
	}
	for name, value := range settings {
		all[name] = value
	}
	front := "templates/server.conf.template"
	if secure {
		front = "tls/server.conf.template"
	}
	n.write(t, mainFile, n.read(t, "nginx.conf"), "unix:/tmp/balancer.sock", server, "127.0.0.1:8079", "unix:"+n.directory+"health.sock")
	n.write(t, "http.conf", expand(n.read(t, "templates/http.conf.template"), all))
	n.write(t, "locations.inc", expand(n.read(t, "templates/locations.inc.template"), all))
	n.write(t, "server.conf", expand(n.read(t, front), all),
		"listen 8080", "listen "+strconv.Itoa(n.port), "listen 8443", "listen "+strconv.Itoa(n.tlsPort), "/etc/nginx/tls/", n.directory)
	n.write(t, "settings.sh", n.read(t, "start/40-settings.sh"))
	start := exec.Command("sh", n.directory+"settings.sh")
	for name, value := range all {
		start.Env = append(start.Env, name+"="+value)
	}
	if output, err := start.CombinedOutput(); err != nil {
		t.Fatalf("start/40-settings.sh: %v\n%s", err, output)
	}
	return n
}

func (n nginx) read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(deployed, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// write writes a file with this directory in place of /tmp/, and with the given replacements.
func (n nginx) write(t *testing.T, name, content string, replacements ...string) {
	t.Helper()
	content = strings.NewReplacer(append(replacements, "/tmp/", n.directory)...).Replace(content)
	if err := os.WriteFile(n.directory+name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// expand does what envsubst does with these variables.
func expand(template string, variables map[string]string) string {
	for name, value := range variables {
		template = strings.ReplaceAll(template, "${"+name+"}", value)
	}
	return template
}

func (n nginx) command(arguments ...string) *exec.Cmd {
	return exec.Command(n.program, append([]string{"-c", n.directory + mainFile, "-e", "/dev/stderr"}, arguments...)...)
}

// start runs it until the test ends, and gives its address.
func (n nginx) start(t *testing.T) string {
	t.Helper()
	command := n.command("-g", "daemon off;")
	command.Stdout, command.Stderr = io.Discard, os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt) // its workers end with it
		_ = command.Wait()
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port))
	await.Until(t, "nginx answers", func() bool {
		conn, err := net.Dial("tcp", address)
		return err == nil && conn.Close() == nil
	})
	return address
}
