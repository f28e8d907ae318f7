// Command dictionary makes the data of internal/words/dictionary from the dictionaries of hunspell and the families of
// words that a person wrote, in the folder data. The same input gives the same bytes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: dictionary DATA-FOLDER OUTPUT-FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "dictionary:", err)
		os.Exit(1)
	}
}

func run(data, output string) error {
	declared, err := readFamilies(filepath.Join(data, "families.txt"))
	if err != nil {
		return err
	}
	for name, read := range map[string]func(string, families) (*lexicon, error){"russian": readRussian, "english": readEnglish} {
		words, err := read(data, declared)
		if err != nil {
			return err
		}
		made, err := encode(words, learnEndings(words.words))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(output, name+".bin"), made, 0o644); err != nil {
			return err
		}
	}
	return nil
}
