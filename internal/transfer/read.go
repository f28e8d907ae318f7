package transfer

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
)

// LineMaxBytes is the limit of a line's length. A line with the longest message fits, even if each
// byte of it is escaped.
const LineMaxBytes = 2 << 20

// LineError says what is wrong with a line, without any of the line's content.
type LineError struct {
	// Line counts from 1.
	Line    int64
	Problem string
}

// Error implements error.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Reader reads an export and checks each row against those before it. The methods must be called in
// the order of Tables, each until it reports that there is no more; the rows that they return are
// valid. Its memory grows with the number of accounts, chats and users, not with that of messages.
// It is not safe for concurrent use.
type Reader struct {
	lines  *bufio.Scanner
	line   int64
	counts Counts
	read   Counts
	checks checks
}

// NewReader returns a Reader; it reads the first line.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{lines: bufio.NewScanner(in), checks: newChecks()}
	r.lines.Buffer(make([]byte, 0, bufferBytes), LineMaxBytes)
	var header headerLine
	if err := r.next(&header); err != nil {
		return nil, err
	}
	switch {
	case header.Type != headerType:
		return nil, r.fault("this is no export of messenger-api")
	case header.Version != Version:
		return nil, r.fault(fmt.Sprintf("an export of version %d, and this binary reads version %d", header.Version, Version))
	case min(header.Accounts, header.Sessions, header.Chats, header.Users, header.Events) < 0:
		return nil, r.fault("a number of rows is negative")
	}
	r.counts = header.Counts
	return r, nil
}

// Counts returns the numbers of rows of the first line.
func (r *Reader) Counts() Counts { return r.counts }

// Line returns the number of the last line that was read.
func (r *Reader) Line() int64 { return r.line }

// Close returns an error unless all rows were read and nothing follows.
func (r *Reader) Close() error {
	if r.read != r.counts {
		return r.fault("the rows were not read to their end")
	}
	if r.lines.Scan() {
		r.line++
		return r.fault("more rows than the first line announces")
	}
	return r.ended(nil)
}

// row reads a row of the type, unless as many as the first line says have been read.
func row[Line interface{ kind() string }](r *Reader, want string, read *int64, announced int64) (line Line, more bool, err error) {
	if *read >= announced {
		return line, false, nil
	}
	if err := r.next(&line); err != nil {
		return line, false, err
	}
	if line.kind() != want {
		return line, false, r.fault("not a row of the type " + want + ", which the first line announces here")
	}
	*read++
	return line, true, nil
}

// next reads a line into target.
func (r *Reader) next(target any) error {
	r.line++
	if !r.lines.Scan() {
		return r.ended(r.fault("the file ends here, before all rows that it announces"))
	}
	if err := json.Unmarshal(r.lines.Bytes(), target, json.RejectUnknownMembers(true)); err != nil {
		// The decoder's error is left out: it may quote the line.
		return r.ended(r.fault("not as export writes it: no JSON, or a field that is unknown, or one that can't be read"))
	}
	return nil
}

// ended returns why there is no further line, or no complete one: the error of reading, or
// otherwise where reading did not fail.
func (r *Reader) ended(otherwise error) error {
	switch err := r.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return r.fault(fmt.Sprintf("longer than %d bytes", LineMaxBytes))
	case err != nil:
		return fmt.Errorf("read line %d: %w", r.line, err)
	}
	return otherwise
}

func (r *Reader) check(problem string) error {
	if problem == "" {
		return nil
	}
	return r.fault(problem)
}

func (r *Reader) fault(problem string) error { return &LineError{r.line, problem} }
