package operator

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// onDisk runs shell commands, the last of which runs the binary ($API), with a small file system at $DATA_DIR,
// to which the data is copied first.
func onDisk(t *testing.T, data, script string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	arguments := []string{"--mount", "sh", "-ec", `mount -t tmpfs -o size=4m tmpfs "$DATA_DIR"; cp -a "$DATA"/. "$DATA_DIR"; ` + script}
	if os.Geteuid() != 0 {
		arguments = append([]string{"--map-root-user"}, arguments...)
	}
	command := exec.CommandContext(ctx, "unshare", arguments...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "DATA=" + data, "DATA_DIR=" + t.TempDir(), "API=" + testkit.Binary(t), "HOST=127.0.0.1", "PORT=0",
		"METRICS_ADDR=127.0.0.1:0", "OUT=" + t.TempDir()}
	text, err := command.CombinedOutput()
	if command.ProcessState == nil || ctx.Err() != nil {
		t.Fatalf("unshare (of Debian's package util-linux): %v\n%s", err, text)
	}
	return string(text), command.ProcessState.ExitCode()
}

const (
	fill     = `cat /dev/zero >"$DATA_DIR/fill" 2>/dev/null || true; `
	readonly = `mount -o remount,ro "$DATA_DIR"; `
)

// dataOf returns the directory of an embedded database with an account; if the server was killed, with a
// write-ahead log.
func dataOf(t *testing.T, killed bool) string {
	t.Helper()
	environment := testkit.Embedded(t)
	server := testkit.StartBinary(t, environment...)
	server.As(t, "alice")
	if killed {
		server.Kill()
	} else if code := server.Terminate(); code != 0 {
		t.Fatalf("the server exited with %d", code)
	}
	return strings.TrimPrefix(environment[0], "DATA_DIR=")
}

// Commands that read the data work where nothing can be written to its directory.
func TestReadingCommandsNeedToWriteNothing(t *testing.T) {
	t.Parallel()
	for state, killed := range map[string]bool{"stopped": false, "killed": true} {
		data := dataOf(t, killed)
		for disk, script := range map[string]string{"full": fill, "read-only": readonly} {
			for command, want := range map[string]string{
				`"$API" export`: `"alice"`, `"$API" user list`: "alice", `"$API" migrate status`: "00001_messenger.sql",
				`"$API" backup "$OUT/copy" && "$API" version`: "messenger-api",
			} {
				output, code := onDisk(t, data, script+command)
				if code != 0 || !strings.Contains(output, want) {
					t.Errorf("%s on a %s disk, after the server was %s: exit code %d\n%s", command, disk, state, code, output)
				}
			}
		}
	}
}

// A server that can't start because of the disk logs the reason.
func TestDiskIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, script, want string }{
		"full, new":       {t.TempDir(), fill, "no space left on device"},
		"full":            {dataOf(t, false), fill, "no space left on device"},
		"read-only, new":  {t.TempDir(), readonly, "read-only file system"},
		"read-only":       {dataOf(t, false), readonly, "read-only file system"},
		"full, to import": {t.TempDir(), fill + `echo '{"type":"messenger-api export","version":1,"accounts":0,"sessions":0,"chats":0,"chat_users":0,"events":0}' >"$OUT/all"; set -- import "$OUT/all"; `, "no space left on device"},
	} {
		output, code := onDisk(t, c.data, c.script+`exec timeout 20 "$API" "$@"`)
		if code != 1 || !strings.Contains(output, c.want) {
			t.Errorf("%s: exit code %d, want 1 and %q:\n%s", name, code, c.want, output)
		}
		if left, _ := filepath.Glob(filepath.Join(c.data, ".messenger-probe-*")); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}
