package server

import (
	"fmt"
	"strconv"
)

// quoteName quotes a name that has control or other special characters, which might disturb a
// terminal or a script.
func quoteName(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

func printLine(process Process, words ...any) error {
	_, err := fmt.Fprintln(process.Stdout, words...)
	return err
}

// count formats a number with its noun in the singular or the plural.
func count(number int64, one, several string) string {
	if number == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", number, several)
}

// printEnded prints what was done and how many sessions it ended.
func printEnded(process Process, ended int, done string) error {
	return printLine(process, done+";", count(int64(ended), "session", "sessions"), "ended")
}
