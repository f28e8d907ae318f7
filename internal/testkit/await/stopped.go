package await

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Stopped sends SIGSTOP to a process, or to a process group if the number is negative, like kill(2).
// Where there is a /proc it waits until all threads are stopped, since the signal may be delivered
// after kill returns.
func Stopped(t testing.TB, process int) {
	t.Helper()
	if err := syscall.Kill(process, syscall.SIGSTOP); err != nil {
		t.Fatalf("stop the process %d: %v", process, err)
	}
	Until(t, "all threads stand still", func() bool {
		threads, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*/stat") // the pattern is valid
		for _, path := range threads {
			if of, group, stands := stateOf(path); (of == process || group == -process) && !stands {
				return false
			}
		}
		return true
	})
}

// stateOf reads from /proc (format: proc(5)) the process and the group of a thread, and whether it is
// stopped or dead. For a thread that has ended all are zero.
func stateOf(path string) (process, group int, stands bool) {
	text, err := os.ReadFile(path)
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // after the name, which may have any characters
	if err != nil || len(fields) < 3 {
		return 0, 0, true
	}
	process, _ = strconv.Atoi(strings.Split(path, "/")[2])
	group, _ = strconv.Atoi(string(fields[2]))
	return process, group, bytes.ContainsAny(fields[0], "TtZX")
}
