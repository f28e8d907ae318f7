package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// An affix turns a word into one of its forms: it replaces the ending strip by add, or puts add before the word.
type affix struct {
	prefix     bool
	strip, add string
	condition  condition
}

// condition is what a word must end with, letter by letter from its end: one of the letters, or (none) any other letter.
// The conditions of prefixes are not read.
type condition []struct {
	letters string
	none    bool
}

func parseCondition(text string) (made condition) {
	for text != "" {
		var next struct {
			letters string
			none    bool
		}
		if inside, rest, ok := strings.Cut(text, "]"); ok && text[0] == '[' {
			next.letters, next.none = strings.CutPrefix(inside[1:], "^")
			text = rest
		} else {
			_, size := utf8.DecodeRuneInString(text)
			next.letters, text = text[:size], text[size:]
			next.none = next.letters == "."
		}
		made = append(made, next)
	}
	slices.Reverse(made)
	return made
}

func (c condition) holds(word string) bool {
	for _, wanted := range c {
		letter, size := utf8.DecodeLastRuneInString(word)
		if size == 0 || strings.ContainsRune(wanted.letters, letter) == wanted.none {
			return false
		}
		word = word[:len(word)-size]
	}
	return true
}

// entry is a line of a .dic file: a word and the flags of its affixes, as it is written there.
type entry struct {
	word, flags string
}

// source is a dictionary as hunspell has it.
type source struct {
	affixes map[rune][]affix
	entries []entry
}

// readSource reads folder/name.aff.gz and folder/name.dic.gz.
func readSource(folder, name string) (source, error) {
	read := source{affixes: make(map[rune][]affix)}
	err := eachLine(filepath.Join(folder, name+".aff.gz"), func(line string) { read.addAffix(strings.Fields(line)) })
	if err != nil {
		return source{}, err
	}
	err = eachLine(filepath.Join(folder, name+".dic.gz"), func(line string) {
		word, flags, _ := strings.Cut(strings.TrimSpace(line), "/")
		read.entries = append(read.entries, entry{word, flags})
	})
	if err != nil {
		return source{}, err
	}
	read.entries = read.entries[1:] // the first line says how many there are
	return read, nil
}

// addAffix reads a line "SFX|PFX flag strip add condition", and ignores all others, such as the headers of flags.
func (s *source) addAffix(fields []string) {
	if len(fields) < 5 || fields[0] != "SFX" && fields[0] != "PFX" {
		return
	}
	const nothing = "0"
	made := affix{prefix: fields[0] == "PFX"}
	if fields[2] != nothing {
		made.strip = fields[2]
	}
	if fields[3] != nothing {
		made.add = fields[3]
	}
	if !made.prefix {
		made.condition = parseCondition(fields[4])
	}
	flag := []rune(fields[1])[0]
	s.affixes[flag] = append(s.affixes[flag], made)
}

// forms are what the affixes of a flag make of a word.
func (s *source) forms(word string, flag rune) []string {
	var made []string
	for _, affix := range s.affixes[flag] {
		switch {
		case !affix.condition.holds(word):
		case affix.prefix:
			made = append(made, affix.add+word)
		case strings.HasSuffix(word, affix.strip):
			made = append(made, strings.TrimSuffix(word, affix.strip)+affix.add)
		}
	}
	return made
}

// eachLine calls take with each line of a gzipped file.
func eachLine(path string, take func(line string)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		take(lines.Text())
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
