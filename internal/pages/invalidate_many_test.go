package pages_test

import (
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/pages"
)

// The versions of a batch's chats are set concurrently: with a slow cache the batch
// takes one round trip, not one per chat.
func TestManyChatsInvalidatedConcurrently(t *testing.T) {
	const chats = 50
	for name, local := range map[string]cache.Cache{"shared cache": nil, "shared and local cache": newFake()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := newFake()
				if local != nil {
					shared.setDelay = 100 * time.Millisecond
				}
				var changed [][16]byte
				for i := range chats {
					changed = append(changed, [16]byte{byte(i)})
					shared.values["version:"+string(changed[i][:])] = []byte("old")
				}
				begin := time.Now()
				pages.New(shared, local).Invalidate(t.Context(), changed...)
				if took := time.Since(begin); took > shared.setDelay {
					t.Errorf("it took %v", took)
				}
				for _, chat := range changed {
					if string(shared.values["version:"+string(chat[:])]) == "old" {
						t.Errorf("%x has its old version", chat)
					}
				}
			})
		})
	}
}
