package testkit

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory returns the present and the peak resident memory of the process, in bytes. It works on Linux
// only; elsewhere the test ends.
func (p *Process) Memory() (resident, peak int64) {
	p.t.Helper()
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		p.t.Fatalf("the memory of the server: %v", err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch {
		case name == "VmRSS" && err == nil:
			resident = kilobytes << 10
		case name == "VmHWM" && err == nil:
			peak = kilobytes << 10
		}
	}
	if resident == 0 || peak == 0 {
		p.t.Fatal("the memory of the server is not known")
	}
	return resident, peak
}
