package words

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"unicode"
)

// TestVersion: what the analyser makes of many texts changes only with its version, or indexes would be used with terms
// that they do not have. Whoever changes the rules on purpose counts rules on and writes the new sum here.
func TestVersion(t *testing.T) {
	const version, want = "57c08c29e464", "d1f3a53d3cc5"
	sum := sha256.New()
	add := func(text string) { _, _ = io.WriteString(sum, Analyse(text).FTS5Text()+"\n") }
	for _, text := range seeds {
		add(text)
	}
	for _, text := range []string{russianMessage, englishMessage, "деплоили чатики, blockchains googled Ünïcödé п’ять wi\u00ADfi за\u0301мок"} {
		add(text)
	}
	for r := range unicode.MaxRune + 1 {
		if continuesWord(r) {
			add("a" + string(r) + "b " + string(r) + " е" + string(r))
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)[:6]); got != want || Version() != version {
		t.Errorf("the version is %s and the sum %s, want %s and %s", Version(), got, version, want)
	}
}
