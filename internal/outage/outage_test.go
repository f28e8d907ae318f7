package outage_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/outage"
)

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		log := outage.Log{
			Logger: slog.New(slog.NewTextHandler(&text, nil)), Lost: "lost", Still: "still lost", Found: "found", Remind: time.Minute,
		}
		refused := &outage.Refusal{Code: "NO", Advice: "say please", Cause: errors.New("no")}
		want := func(lines ...string) {
			t.Helper()
			got := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
			text.Reset()
			if len(lines) == 0 && got[0] == "" {
				return
			}
			if len(got) != len(lines) {
				t.Fatalf("%d lines, want %d: %q", len(got), len(lines), got)
			}
			for i, line := range lines {
				if _, message, _ := strings.Cut(got[i], " "); message != line {
					t.Errorf("the line is %s, want %s", message, line)
				}
			}
		}
		log.End()
		want()
		for range 100 { // for half a minute
			log.Report(errors.New("gone"))
			time.Sleep(300 * time.Millisecond)
		}
		want(`level=WARN msg=lost error=gone`)
		time.Sleep(30 * time.Second)
		log.Report(errors.New("gone"))
		log.Report(errors.New("gone"))
		want(`level=WARN msg="still lost" for=1m0s error=gone`)
		log.Report(refused)
		log.Report(refused)
		want(`level=ERROR msg="still lost" for=1m0s error="no (say please)"`)
		log.EndAfter(time.Second)
		want()
		time.Sleep(2 * time.Second)
		log.EndAfter(time.Second)
		log.End()
		want(`level=INFO msg=found after=1m2s`)
		log.Report(refused)
		want(`level=ERROR msg=lost error="no (say please)"`)
	})
}

// What a larger outage explains is not logged.
func TestWithin(t *testing.T) {
	var text bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&text, nil))
	whole := outage.Log{Logger: logger, Lost: "whole", Remind: time.Minute}
	part := outage.Log{Logger: logger, Lost: "part", Remind: time.Minute, Within: &whole}
	part.Report(errors.New("gone"))
	whole.Report(errors.New("gone"))
	part.Report(errors.New("gone"))
	if strings.Contains(text.String(), "part") {
		t.Errorf("the part was logged:\n%s", text.String())
	}
	whole.End()
	part.Report(errors.New("gone"))
	if strings.Count(text.String(), "part") != 1 {
		t.Errorf("the part was not logged once:\n%s", text.String())
	}
}
