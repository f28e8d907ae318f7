package messenger

import (
	"errors"
	"math"
	"strings"
	"testing"

	"messenger-api/internal/errs"
)

var (
	aChat       = ID{0: 0x01, 7: 0x7f, 15: 0xff}
	anotherChat = ID{0: 0x02}
)

func TestCursorRoundTrip(t *testing.T) {
	for _, before := range []int64{1, 2, 1 << 40, math.MaxInt64} {
		want := Cursor{aChat, before}
		got, err := ParseCursor(aChat, want.String())
		if err != nil || got != want {
			t.Errorf("before %d came back as %v, %v", before, got, err)
		}
	}
}

func TestCursorRefused(t *testing.T) {
	good := Cursor{aChat, 7}.String()
	for name, iterator := range map[string]string{
		"empty":             "",
		"another chat's":    Cursor{anotherChat, 7}.String(),
		"shortened":         good[:len(good)-1],
		"lengthened":        good + "A",
		"padded":            good + "==",
		"before the start":  Cursor{aChat, 0}.String(),
		"negative":          Cursor{aChat, -1}.String(),
		"another kind":      "Ag" + good[2:],
		"not base64":        "!" + good[1:],
		"stray bits":        good[:len(good)-1] + "x",
		"line breaks":       good[:32] + "\r\n",
		"line breaks ahead": "\n\n" + good[:32],
		"only line breaks":  strings.Repeat("\n", len(good)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseCursor(aChat, iterator); !errors.Is(err, errs.ErrBadCursor) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func FuzzParseCursor(f *testing.F) {
	good := LatestCursor(aChat).String()
	for _, seed := range []string{
		good, Cursor{aChat, 1}.String(), Cursor{anotherChat, 1}.String(), good[:32] + "\n\n", strings.Repeat("\r", len(good)), "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, iterator string) {
		cursor, err := ParseCursor(aChat, iterator)
		if err != nil {
			if !errors.Is(err, errs.ErrBadCursor) {
				t.Errorf("the error is %v", err)
			}
			return
		}
		if cursor.ChatID != aChat || cursor.Before < 1 {
			t.Errorf("%q became %v", iterator, cursor)
		}
		if again := cursor.String(); again != iterator {
			t.Errorf("%q and %q are the same cursor", iterator, again)
		}
		if _, err := ParseCursor(anotherChat, iterator); err == nil {
			t.Errorf("%q is good for two chats", iterator)
		}
	})
}
