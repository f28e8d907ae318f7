package server

import (
	"fmt"
	"strconv"
)

// shown quotes a name that could play tricks on a terminal or on who reads lines.
func shown(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

func say(process Process, words ...any) error {
	_, err := fmt.Fprintln(process.Stdout, words...)
	return err
}

// count is a number of things, as it is said.
func count(number int64, one, several string) string {
	if number == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", number, several)
}

// sayEnded tells what was done and how many sessions it ended.
func sayEnded(process Process, ended int, done string) error {
	return say(process, done+";", count(int64(ended), "session", "sessions"), "ended")
}
