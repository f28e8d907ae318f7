package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// A search with more matches than its limit has more: true, and the same search with `before` the last
// result finds the next ones.
func TestSearchMore(t *testing.T) {
	for name, database := range map[string]func(testing.TB) []string{
		"embedded": testkit.Embedded, "postgres": testkit.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, testkit.Start(t, append(database(t), "SEARCH_MAX_RESULTS=3")...))
			var sent []string
			for i := range 8 {
				sent = slices.Insert(sent, 0, r.Send(r.chat, r.user, fmt.Sprint("number ", i)))
			}
			request := looking("number")
			for _, c := range []struct {
				ids  []string
				more bool
			}{{sent[:3], true}, {sent[3:6], true}, {sent[6:], false}, {nil, false}} {
				task := r.Succeed(request)
				var status messenger.SearchStatus
				r.Get(testkit.StatusPath(task)).Want(http.StatusOK).Decode(&status)
				page := r.Results(task, 2, "")
				rest := r.Results(task, 2, page.Next.Iterator)
				found := slices.Concat(page.Messages, rest.Messages)
				wantFound(t, found, c.ids...)
				if status.More != c.more || page.More != c.more || rest.More != c.more || status.Progress != 1 {
					t.Errorf("%v: %+v, and the pages say %v, %v", c.ids, status, page.More, rest.More)
				}
				if len(found) > 0 {
					request.Before = &found[len(found)-1].CreatedAt
				}
			}
		})
	}
}
