package words

import "testing"

const (
	russianMessage = "Привет! Я вчера посмотрел отчёт по новым пользователям и нашёл пару ошибок в таблице, " +
		"давай завтра после обеда созвонимся и вместе всё исправим, пока никто не заметил"
	englishMessage = "Hey, I was looking at the latest report about our new users yesterday and found a few mistakes " +
		"in the second table, shall we have a call?"
)

func BenchmarkAnalyse(b *testing.B) {
	for name, text := range map[string]string{"russian": russianMessage, "english": englishMessage} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Analyse(text)
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	document := Analyse(russianMessage)
	b.Run("vector", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = document.TSVector()
		}
	})
	b.Run("sequence", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = document.FTS5Text()
		}
	})
}
