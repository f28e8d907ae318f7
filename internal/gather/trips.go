package gather

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// leaves reports whether it is time for a trip.
func (g *Group[Request, Answer]) leaves() bool {
	switch len(g.underway) {
	case 0:
		return len(g.waiting) > 0
	case g.limit.Underway:
		return false
	}
	return len(g.waiting) >= max(g.limit.Crowd, 1)
}

// leave counts a trip as under way.
func (g *Group[Request, Answer]) leave() (left time.Time) {
	left = time.Now()
	g.underway = append(g.underway, left)
	return left
}

// run makes this trip and the next ones, until it is not time for another.
func (g *Group[Request, Answer]) run(left time.Time) {
	for more := true; more; left, more = g.next(left) {
		g.holdTheDoor()
		calls := g.board()
		if len(calls) == 0 {
			continue
		}
		requests := make([]Request, len(calls))
		for i := range calls {
			requests[i] = calls[i].request
		}
		var answers []Answer
		err := safely(func() { answers = g.trip(requests) })
		if g.arrival == nil || err != nil {
			answer(calls, answers, err)
			continue
		}
		go func() { answer(calls, answers, safely(func() { g.arrival(requests, answers) })) }()
	}
}

func answer[Request, Answer any](calls []call[Request, Answer], answers []Answer, err error) {
	for i := range calls {
		result := result[Answer]{err: err}
		if err == nil {
			result.answer = answers[i]
		}
		calls[i].done <- result
	}
}

// safely makes an error of a panic, which would otherwise end the process, and
// with it everybody's calls.
func safely(do func()) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	do()
	return nil
}

// holdTheDoor lets goroutines that are ready to run do so, where trips don't overlap:
// some of them are on their way to this trip and would miss it, and the larger trips
// are, the less each call costs. Nobody sleeps. It does so twice, since the answers of
// the last trip wake others; a third time brings nothing.
func (g *Group[Request, Answer]) holdTheDoor() {
	if g.limit.Underway == 1 {
		runtime.Gosched()
		runtime.Gosched()
	}
}

// next ends the trip that left at that time, and lets another one leave if it is
// time for it.
func (g *Group[Request, Answer]) next(left time.Time) (time.Time, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(g.underway, left)
	g.underway = slices.Delete(g.underway, at, at+1)
	if !g.leaves() {
		return left, false
	}
	return g.leave(), true
}

// board takes the longest run of waiting calls that fits the limit; none where
// another trip was quicker.
func (g *Group[Request, Answer]) board() []call[Request, Answer] {
	g.mu.Lock()
	defer g.mu.Unlock()
	count, total := 0, 0
	for count < min(len(g.waiting), g.limit.Rows) {
		size := g.size(g.waiting[count])
		if count > 0 && g.limit.Size != nil && total+size > g.limit.Bytes {
			break
		}
		total += size
		count++
	}
	calls := g.waiting[:count:count]
	g.waiting = g.waiting[count:]
	if len(g.waiting) == 0 {
		g.waiting = nil
	}
	g.waitingBytes -= total
	return calls
}
