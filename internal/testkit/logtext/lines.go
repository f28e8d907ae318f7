// Package logtext keeps what a part logs for a test to look at.
package logtext

import (
	"bytes"
	"strings"
	"sync"
)

// Lines is an io.Writer that keeps what is written. The zero value is empty. Safe for concurrent use.
type Lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String gives all that was written.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Has counts how often the text was written.
func (l *Lines) Has(text string) int { return strings.Count(l.String(), text) }
