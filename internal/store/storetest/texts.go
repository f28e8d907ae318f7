package storetest

import (
	"strings"
	"testing"

	"messenger-api/internal/messenger"
)

func textTests() tests {
	return tests{
		"special characters are stored unchanged": specialTexts,
		"long texts are stored unchanged":         longTexts,
	}
}

func specialTexts(t *testing.T, store messenger.Store) {
	requireStored(t, store, []string{
		"'", `"`, "''; DROP TABLE events; --", `\`, `\x00 \u0000 \n`, "$1 :name ?1 @p %s %d {}", `{"text": "a"}`, "{a,b}", "NULL",
		" leading and trailing ", "\t\r\n", "one\ntwo\r\nthree\rfour", "\u0001\u001b[31m\u007f\u0085",
		"👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪", "שלום עולם \u202eabc\u202c مرحبا", "日本語 中文 ไทย", "\u00e9 e\u0301 \ufb01", "\ufeffBOM",
		"\ufffd \uffff \U0010ffff", "\u200b", "<script>alert(1)</script> &amp; \u2028\u2029",
	})
}

// longTexts are as long as the settings can allow, and together as long as a batch.
func longTexts(t *testing.T, store messenger.Store) {
	const longest = 256 << 10
	var texts []string
	for range 4 {
		for _, unit := range []string{"a", `"`, `\`, "𝔸"} {
			texts = append(texts, strings.Repeat(unit, longest/len(unit)))
		}
	}
	requireStored(t, store, texts)
}

func requireStored(t *testing.T, store messenger.Store, texts []string) {
	t.Helper()
	user := newMember(t, store)
	var batch []messenger.Message
	for _, text := range texts {
		batch = append(batch, message(user, "", text))
	}
	appendAll(t, store, batch...)
	kept := wholeLog(t, store, user.ChatID)
	requireEqual(t, len(kept), len(texts))
	for i := range kept {
		if kept[i].Text != texts[i] {
			t.Errorf("text %d came back otherwise: %d bytes, want %d: %.40q", i, len(kept[i].Text), len(texts[i]), texts[i])
		}
	}
}
