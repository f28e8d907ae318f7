package postgres_test

import (
	"fmt"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/testkit"
)

// BenchmarkAppend commits batches of several sizes to eight chats, one after another.
func BenchmarkAppend(b *testing.B) {
	store := openStore(b, testkit.Postgres(b))
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	users := make([]messenger.User, 8)
	for i := range users {
		users[i] = member(b, store)
	}
	for _, size := range []int{1, 8, 32, 256} {
		b.Run(fmt.Sprint("messages=", size), func(b *testing.B) {
			for b.Loop() {
				messages := make([]messenger.Message, size)
				for i := range messages {
					messages[i] = message(users[i%len(users)], "a message of some length, such as people write")
				}
				if _, err := store.AppendMessages(b.Context(), messages); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/message")
		})
	}
}
