// Package corpus generates messages of Russian and English words, deterministically by a seed. As in real
// chats, a few words are frequent and most are rare (Zipf's law), words are inflected, and most messages
// are short.
package corpus

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Corpus generates messages. It is not safe for concurrent use.
type Corpus struct {
	random    *rand.Rand
	languages [2]language
}

// language is a vocabulary, the frequent words first.
type language struct {
	words []string
	ranks *rand.Zipf
}

// rareWords is the number of words of a language besides the frequent ones: names, brands, misspellings.
const rareWords = 40000

// The parameters of Zipf's law, similar to those of real text, and the share of Russian messages.
const (
	zipfExponent = 1.07
	zipfOffset   = 3
	russianShare = 0.6
)

// New returns a Corpus. The vocabulary is the same for every seed.
func New(seed uint64) *Corpus {
	c := &Corpus{random: rand.New(rand.NewPCG(seed, seed))}
	c.languages[0] = newLanguage(c.random, inflected(russianStems, russianEndings), russianSyllables)
	c.languages[1] = newLanguage(c.random, inflected(englishStems, englishEndings), englishSyllables)
	return c
}

func newLanguage(ranks *rand.Rand, frequent []string, syllables []string) language {
	random := rand.New(rand.NewPCG(1, uint64(len(frequent))))
	words := slices.Clone(frequent)
	random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	for range rareWords {
		var word strings.Builder
		for range 2 + random.IntN(3) {
			word.WriteString(syllables[random.IntN(len(syllables))])
		}
		words = append(words, word.String())
	}
	return language{words, rand.NewZipf(ranks, zipfExponent, zipfOffset, uint64(len(words)-1))}
}

func inflected(stems, endings string) []string {
	var words []string
	for _, stem := range strings.Fields(stems) {
		words = append(words, stem)
		for _, ending := range strings.Fields(endings) {
			words = append(words, stem+ending)
		}
	}
	return words
}

// Message returns the next message: mostly some ten words, sometimes a hundred.
func (c *Corpus) Message() string {
	spoken := &c.languages[1]
	if c.random.Float64() < russianShare {
		spoken = &c.languages[0]
	}
	count := 1 + int(math.Exp(2.2+0.8*c.random.NormFloat64()))
	var text strings.Builder
	sentence := true
	for i := range min(count, 300) {
		if i > 0 {
			text.WriteByte(' ')
		}
		word := spoken.words[spoken.ranks.Uint64()]
		if sentence {
			first, size := utf8.DecodeRuneInString(word)
			text.WriteRune(unicode.ToUpper(first))
			word = word[size:]
		}
		text.WriteString(word)
		sentence = c.random.IntN(8) == 0
		if sentence {
			text.WriteByte(".!?"[c.random.IntN(3)])
		}
	}
	return text.String()
}

// Query returns a query of one to three words, each as frequent as in the messages or, every second time, a
// rarer one.
func (c *Corpus) Query() string {
	spoken := &c.languages[c.random.IntN(2)]
	words := make([]string, 1+c.random.IntN(3))
	for i := range words {
		words[i] = spoken.words[spoken.ranks.Uint64()]
		if c.random.IntN(2) == 0 {
			words[i] = spoken.words[c.random.IntN(2000)]
		}
	}
	query := strings.Join(words, " ")
	if utf8.RuneCountInString(query) < 4 {
		return query + " message"
	}
	return query
}
