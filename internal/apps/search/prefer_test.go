package search

import "testing"

func TestWaitPreferred(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{nil, none},
		{[]string{"wait=2"}, 2},
		{[]string{"wait=0"}, 0},
		{[]string{"wait=5"}, 5},
		{[]string{"wait=6"}, 5},
		{[]string{"wait=007"}, 5},
		{[]string{"wait=03"}, 3},
		{[]string{"wait=99999999999999999999999"}, 5},
		{[]string{`wait="2"`}, 2},
		{[]string{" WAIT\t= 2 "}, 2},
		{[]string{"respond-async, wait=2"}, 2},
		{[]string{"respond-async", "wait=2"}, 2},
		{[]string{"wait=2, wait=4"}, 2},
		{[]string{"wait=2; urgent"}, 2},
		{[]string{`handling="a, wait=1"; b="c\", wait=3", wait=2`}, 2},
		{[]string{",,;=,wait=1"}, 1},
		{[]string{""}, none},
		{[]string{"wait"}, none},
		{[]string{"wait="}, none},
		{[]string{`wait="2`}, none},
		{[]string{`wait="`}, none},
		{[]string{"wait=-1"}, none},
		{[]string{"wait=+1"}, none},
		{[]string{"wait=1.5"}, none},
		{[]string{"wait=soon"}, none},
		{[]string{"wait=soon, wait=2"}, none},
		{[]string{"wait=٢"}, none},
		{[]string{"waiting=2"}, none},
		{[]string{`return=minimal; wait=2`}, none},
		{[]string{`"wait=2"`}, none},
	} {
		seconds, ok := waitPreferred(c.headers)
		if !ok {
			seconds = none
		}
		if seconds != c.want {
			t.Errorf("%q: %d, want %d", c.headers, seconds, c.want)
		}
	}
}
