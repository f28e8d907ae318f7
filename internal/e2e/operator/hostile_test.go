package operator

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// hostile are changes of a valid export, each with a part of the error. lines
// have no line feeds; the first is the header.
var hostile = map[string]struct {
	change func(lines []string) []string
	words  string
}{
	"empty": {func([]string) []string { return nil }, "line 1: the file ends here"},
	"truncated in a line": {func(lines []string) []string {
		last := len(lines) - 1
		lines[last] = lines[last][:len(lines[last])/2]
		return lines
	}, "not as export writes it"},
	"truncated after a line": {func(lines []string) []string { return lines[:len(lines)-1] }, "the file ends here"},
	"a line more":            {func(lines []string) []string { return append(lines, lines[len(lines)-1]) }, "more rows than the first line announces"},
	"another version":        replaced(0, `"version":1`, `"version":2`, "line 1: an export of version 2"),
	"another program's":      replaced(0, `"messenger-api export"`, `"other"`, "line 1: this is no export"),
	"an unknown field":       replaced(1, `"type":`, `"secret_word":1,"type":`, "line 2: not as export writes it"),
	"a field twice":          replaced(1, `"type":`, `"user_name":"x","type":`, "line 2: not as export writes it"),
	"no UTF-8":               replaced(1, `"anonymous"`, "\"anonym\xff\xfeous\"", "line 2: not as export writes it"),
	"another row's type":     replaced(1, `"account"`, `"session"`, "line 2: not a row of the type account"),
	"anonymous with a hash":  replaced(1, `"password_hash":""`, `"password_hash":"x"`, "line 2: only the built-in account"),
	"an account twice":       {func(lines []string) []string { lines[3] = lines[2]; return lines }, "line 4: not in the order"},
	"a name twice":           replaced(3, oddNames[1], oddNames[0], "line 4: refused by the database"),
	"a time of another form": replaced(1, `.999999Z`, `.999999+00:00`, "line 2: not as export writes it"),
	"a NUL in a text":        last(`"text":"m`, `"text":"\u0000m`, "text has the character U+0000"),
	"a gap in seq":           last(`"seq":25`, `"seq":26`, "seq has a gap"),
	"a short log": {func(lines []string) []string {
		return changeFirst(lines, `"type":"chat",`, `"last_seq":25`, `"last_seq":24`)
	}, "is not the number of events"},
	"a long log": {func(lines []string) []string {
		return changeFirst(changeFirst(lines, `"type":"chat",`, `"last_seq":25`, `"last_seq":26`),
			`"type":"chat",`, `"last_seq":25`, `"last_seq":24`)
	}, "seq is"},
	"an unknown kind":       last(`"kind":1`, `"kind":2`, "of a kind that this version does not know"),
	"a foreign chat":        last(`"chat_id":"03`, `"chat_id":"ff`, "chat that is not in the file"),
	"a foreign user":        last(`"user_id":"04`, `"user_id":"ff`, "a user that the account does not have"),
	"another one's user":    last(`"account_id":"`+id(1, 1).String(), `"account_id":"`+id(1, 2).String(), "a user that the account does not have"),
	"a message twice":       last(fmt.Sprintf("%x", 48_000_000+25+2), fmt.Sprintf("%x", 48_000_000+24+2), "refused by the database"),
	"a huge line":           last(`"text":"`, `"text":"`+strings.Repeat("x", 3<<20), "longer than 2097152 bytes"),
	"a text over the limit": last(`"text":"`, `"text":"`+strings.Repeat("x", 300<<10), "text is too long"),
	"a foreign account's session": {func(lines []string) []string {
		return changeFirst(lines, `"type":"session"`, `"account_id":"01`, `"account_id":"ff`)
	}, "a session of an account that is not in the file"},
}

type change = struct {
	change func(lines []string) []string
	words  string
}

// replaced changes the line of this index.
func replaced(index int, old, with, words string) change {
	return change{func(lines []string) []string {
		if !strings.Contains(lines[index], old) {
			panic(old + " is not in " + lines[index])
		}
		lines[index] = strings.Replace(lines[index], old, with, 1)
		return lines
	}, words}
}

// last changes the last line.
func last(old, with, words string) change {
	return change{func(lines []string) []string { return replaced(len(lines)-1, old, with, "").change(lines) }, words}
}

// changeFirst changes the first line that begins with the type and has the words.
func changeFirst(lines []string, kind, old, with string) []string {
	for i, line := range lines {
		if strings.Contains(line, kind) && strings.Contains(line, old) {
			return replaced(i, old, with, "").change(lines)
		}
	}
	panic("no line has " + old)
}

// An invalid file is refused with the number of a line and none of its content, and nothing of it is stored:
// the same database then accepts a valid file.
func TestHostileFiles(t *testing.T) {
	good := newArchive(t, 1000).encode(t)
	onBoth(t, func(t *testing.T, database []string) {
		for name, hostile := range hostile {
			lines := strings.Split(strings.TrimSuffix(string(good), "\n"), "\n")
			content := strings.Join(hostile.change(lines), "\n")
			result := testkit.RunBinary(t, database, content, "import")
			if result.Code != 1 || result.Stdout != "" || !strings.Contains(result.Stderr, hostile.words) || !strings.Contains(result.Stderr, "line ") {
				t.Errorf("%s: %+v, want a refusal for %q", name, result, hostile.words)
			}
			for _, content := range []string{"message 2", "argon2", "secret_word", oddNames[1], oddNames[0]} {
				if strings.Contains(result.Stderr, content) {
					t.Errorf("%s: the error has %q of the file: %s", name, content, result.Stderr)
				}
			}
		}
		move(t, good, database)
		full := testkit.RunBinary(t, database, string(good), "import")
		if full.Code != 1 || !strings.Contains(full.Stderr, "not empty") {
			t.Errorf("into a full database: %+v", full)
		}
		if !bytes.Equal(export(t, database), good) {
			t.Error("an import that was refused changed something")
		}
	})
}

// The commands say which arguments are missing.
func TestTransferRefusals(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		path := file(t, []byte("keep me"))
		if result := testkit.RunBinary(t, database, "", "export"); result.Code != 1 || !strings.Contains(result.Stderr, "migrate up") &&
			!strings.Contains(result.Stderr, "no database") {
			t.Errorf("an export of nothing: %+v", result)
		}
		testkit.MustRun(t, database, "migrate", "up")
		if result := testkit.RunBinary(t, database, "", "export", path); result.Code != 1 || !strings.Contains(result.Stderr, "--force") {
			t.Errorf("an export onto a file: %+v", result)
		}
		testkit.MustRun(t, database, "export", "--force", path)
		if result := testkit.RunBinary(t, database, "", "import", path+".missing"); result.Code != 1 || result.Stderr == "" {
			t.Errorf("an import of no file: %+v", result)
		}
		// An empty database can be exported.
		empty := testkit.RunBinary(t, database, "", "export")
		if empty.Code != 0 || empty.Stderr != "exported 1 account, 0 sessions, 0 chats, 0 users in chats, 0 events\n" {
			t.Errorf("an export of nearly nothing: %+v", empty)
		}
		move(t, []byte(empty.Stdout), database)
	})
}
