package transfer

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// small is an export with one row of each table.
const small = `{"type":"messenger-api export","version":1,"accounts":2,"sessions":1,"chats":1,"chat_users":1,"events":1}
{"type":"account","account_id":"00000000000000000000000000000001","user_name":"anonymous","password_hash":"","created_at":"2026-01-02T03:04:05.000006Z"}
{"type":"account","account_id":"01000000000000000000000000000002","user_name":"alice","password_hash":"h","created_at":"2026-01-02T03:04:05.000006Z","disabled_at":"2026-01-02T03:04:05.000007Z"}
{"type":"session","token_hash":"0909090909090909090909090909090909090909090909090909090909090909","session_id":"02000000000000000000000000000002","account_id":"01000000000000000000000000000002","created_at":"2026-01-02T03:04:05.000006Z","expires_at":"2026-01-02T03:04:05.000006Z","address":"","user_agent":"curl"}
{"type":"chat","chat_id":"03000000000000000000000000000002","chat_name":"tea","created_by":"01000000000000000000000000000002","created_at":"2026-01-02T03:04:05.000006Z","last_seq":1}
{"type":"chat_user","chat_id":"03000000000000000000000000000002","user_id":"04000000000000000000000000000002","account_id":"01000000000000000000000000000002","user_name":"A","created_at":"2026-01-02T03:04:05.000006Z"}
{"type":"event","chat_id":"03000000000000000000000000000002","seq":1,"kind":1,"created_at":"2026-01-02T03:04:05.000006Z","account_id":"01000000000000000000000000000002","user_id":"04000000000000000000000000000002","message_id":"05000000000000000000000000000002","client_message_id":"k","text":"hello"}
`

// again reads an export as a database does, and writes it.
func again(in io.Reader) ([]byte, error) {
	r, err := NewReader(in)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	failures := []error{w.Counts(r.Counts())}
	failures = append(failures, each(r.Account, w.Account), each(r.Session, w.Session), each(r.Chat, w.Chat),
		each(r.User, w.User), each(r.Event, w.Event), r.Close(), w.Close())
	return out.Bytes(), errors.Join(failures...)
}

func each[Row any](read func() (Row, bool, error), write func(*Row) error) error {
	for {
		row, more, err := read()
		if err != nil || !more {
			return err
		}
		if err := write(&row); err != nil {
			return err
		}
	}
}

// An accepted input is written again, and that export is accepted and unchanged; any other input is
// refused with the number of a line.
func FuzzReader(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"type":"messenger-api export","version":1,"accounts":9223372036854775807}`))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		first, err := again(bytes.NewReader(content))
		if err != nil {
			var line *LineError
			if !errors.As(err, &line) || line.Line < 1 {
				t.Fatalf("refused without a line: %v", err)
			}
			return
		}
		second, err := again(bytes.NewReader(first))
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%v:\n%s\n%s", err, first, second)
		}
	})
}

// A truncated export and one with a missing line are refused.
func TestNothingCanBeMissing(t *testing.T) {
	t.Parallel()
	whole, err := again(bytes.NewReader([]byte(small)))
	if err != nil || string(whole) != small {
		t.Fatalf("the whole export: %v\n%s", err, whole)
	}
	for end := range len(small) - 1 { // the last character is the line's end
		if _, err := again(bytes.NewReader([]byte(small[:end]))); err == nil {
			t.Fatalf("the first %d bytes are taken for the whole", end)
		}
	}
	lines := bytes.SplitAfter([]byte(small), []byte("\n"))
	for left := range len(lines) - 1 {
		var rest []byte
		for i, line := range lines {
			if i != left {
				rest = append(rest, line...)
			}
		}
		if _, err := again(bytes.NewReader(rest)); err == nil {
			t.Errorf("line %d is not missed", left+1)
		}
	}
}

// A read error is not the end of the file.
func TestReadFailure(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, end := range []int{0, 10, 200, len(small)} {
		_, err := again(io.MultiReader(bytes.NewReader([]byte(small[:end])), failing{broken}))
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", end, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
