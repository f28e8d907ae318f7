package queuetest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/freeport"
)

// Broker is a private RabbitMQ server of a test, with its own node name, cookie and epmd
// (Erlang's port mapper). Its data survives Kill.
type Broker struct {
	t            testing.TB
	directory    string // of the programs
	home         string
	port, epmd   int
	distribution int
	server       *exec.Cmd
	portMapper   *exec.Cmd
}

// StartBroker starts a RabbitMQ on a free port. It ends with the test.
func StartBroker(t testing.TB) *Broker {
	t.Helper()
	b := &Broker{t: t, home: t.TempDir(), port: freeport.For(t), epmd: freeport.For(t), distribution: freeport.For(t)}
	// Not the wrapper script on PATH, which requires a certain user and the system's files.
	for _, directory := range []string{"/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/usr/local/sbin"} {
		if _, err := os.Stat(filepath.Join(directory, "rabbitmq-server")); err == nil {
			b.directory = directory
			break
		}
	}
	if b.directory == "" {
		t.Fatal("this test starts and kills a private RabbitMQ, and the program rabbitmq-server was not found (Debian's package has the same name)")
	}
	b.write("rabbitmq.conf", fmt.Sprintf("listeners.tcp.1 = 127.0.0.1:%d\nlog.console = true\nlog.file = false\n", b.port))
	b.write("plugins", "[].")
	b.write("environment.conf", "")
	b.portMapper = exec.Command("epmd", "-address", "127.0.0.1", "-port", strconv.Itoa(b.epmd))
	if err := b.portMapper.Start(); err != nil {
		t.Fatalf("start epmd: %v", err)
	}
	t.Cleanup(func() {
		b.Kill()
		_ = b.portMapper.Process.Kill() // fails only if it has ended
		_ = b.portMapper.Wait()
	})
	b.Start()
	return b
}

func (b *Broker) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.home, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Start starts the broker, after Kill with its previous data, and waits until it accepts AMQP
// connections.
func (b *Broker) Start() {
	b.t.Helper()
	output, err := os.OpenFile(filepath.Join(b.home, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer output.Close()
	b.server = exec.Command(filepath.Join(b.directory, "rabbitmq-server"))
	b.server.Env, b.server.Dir = b.environment(), b.home
	b.server.Stdout, b.server.Stderr = output, output
	b.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that Kill ends the script and the broker
	if err := b.server.Start(); err != nil {
		b.t.Fatalf("start rabbitmq-server: %v", err)
	}
	deadline := time.Now().Add(startTimeout)
	for !b.acceptsAMQP() {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(b.home, "log"))
			b.t.Fatalf("rabbitmq-server does not respond after %v:\n%s", startTimeout, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// acceptsAMQP reports whether the broker answers AMQP's protocol header with a frame.
func (b *Broker) acceptsAMQP() bool {
	conn, err := net.Dial("tcp", b.Address())
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second)) // if it fails, so does the read
	if _, err = conn.Write([]byte("AMQP\x00\x00\x09\x01")); err != nil {
		return false
	}
	first := make([]byte, 1)
	_, err = conn.Read(first)
	return err == nil && first[0] == 1
}

// Kill kills the broker with SIGKILL. It may be called again.
func (b *Broker) Kill() {
	if b.server == nil || b.server.Process == nil {
		return
	}
	_ = syscall.Kill(-b.server.Process.Pid, syscall.SIGKILL) // fails only if all have ended
	_ = b.server.Wait()                                      // returns the expected error "killed"
	b.server = nil
}

// Pause suspends the broker with SIGSTOP: its connections stay open, and it does not
// respond until Resume.
func (b *Broker) Pause() {
	b.t.Helper()
	await.Stopped(b.t, -b.server.Process.Pid)
}

// Resume continues a paused broker.
func (b *Broker) Resume() {
	b.t.Helper()
	if err := syscall.Kill(-b.server.Process.Pid, syscall.SIGCONT); err != nil {
		b.t.Fatalf("resume rabbitmq-server: %v", err)
	}
}

// Control runs rabbitmqctl with these arguments.
func (b *Broker) Control(arguments ...string) {
	b.t.Helper()
	command := exec.Command(filepath.Join(b.directory, "rabbitmqctl"), arguments...)
	command.Env, command.Dir = b.environment(), b.home
	if output, err := command.CombinedOutput(); err != nil {
		b.t.Fatalf("rabbitmqctl %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// Address is the broker's host and port.
func (b *Broker) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(b.port)) }

// URL is the broker's address as a setting.
func (b *Broker) URL() string { return "amqp://guest:guest@" + b.Address() + "/" }

func (b *Broker) environment() []string {
	in := func(name string) string { return filepath.Join(b.home, name) }
	return []string{
		"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + b.home,
		"ERL_EPMD_PORT=" + strconv.Itoa(b.epmd), "ERL_EPMD_ADDRESS=127.0.0.1",
		fmt.Sprintf("RABBITMQ_NODENAME=test-%d@localhost", b.port), "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		"RABBITMQ_DIST_PORT=" + strconv.Itoa(b.distribution),
		"RABBITMQ_CONF_ENV_FILE=" + in("environment.conf"), "RABBITMQ_CONFIG_FILE=" + in("rabbitmq.conf"),
		"RABBITMQ_MNESIA_BASE=" + in("data"), "RABBITMQ_LOG_BASE=" + in("logs"), "RABBITMQ_PID_FILE=" + in("pid"),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + in("plugins"), "RABBITMQ_ADVANCED_CONFIG_FILE=" + in("advanced.config"),
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
	}
}
