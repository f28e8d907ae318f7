package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"messenger-api/internal/messenger"
)

// BenchmarkAppend measures batches of messages with client_message_id to 8 chats.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 32, 256} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir())
			users := make([]messenger.User, 8)
			for i := range users {
				users[i] = join(b, s)
			}
			text := strings.Repeat("word ", 20)
			batch := make([]messenger.Message, size)
			for b.Loop() {
				b.StopTimer()
				for i := range batch {
					batch[i] = draft(users[i%len(users)], text)
					batch[i].ClientMessageID = batch[i].ID.String()
				}
				b.StartTimer()
				appended, err := s.AppendMessages(b.Context(), batch)
				if err != nil {
					b.Fatal(err)
				}
				if appended[0].Seq == 0 {
					b.Fatal(appended[0].Err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/row")
		})
	}
}
