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

// Stopped stops a process, or a whole group where the number is negative, as kill(2)
// has it. Where there is a /proc it waits until all their threads stand still: the
// signal is on its way when kill returns, and on a busy machine much happens meanwhile.
func Stopped(t testing.TB, process int) {
	t.Helper()
	if err := syscall.Kill(process, syscall.SIGSTOP); err != nil {
		t.Fatalf("stop the process %d: %v", process, err)
	}
	Until(t, "all threads stand still", func() bool {
		threads, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*/stat") // the pattern is a good one
		for _, path := range threads {
			if of, group, stands := stateOf(path); (of == process || group == -process) && !stands {
				return false
			}
		}
		return true
	})
}

// stateOf reads the process of a thread, that one's group, and whether the thread is
// stopped, or dead; the format is that of proc(5). One that has ended is nobody's.
func stateOf(path string) (process, group int, stands bool) {
	text, err := os.ReadFile(path)
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // behind the name, which may hold anything
	if err != nil || len(fields) < 3 {
		return 0, 0, true
	}
	process, _ = strconv.Atoi(strings.Split(path, "/")[2])
	group, _ = strconv.Atoi(string(fields[2]))
	return process, group, bytes.ContainsAny(fields[0], "TtZX")
}
