package messenger

import (
	"errors"
	"strings"
	"testing"

	"messenger-api/internal/errs"
)

func TestDraftsThatAreRefused(t *testing.T) {
	const limit = 8
	for name, draft := range map[string]Draft{
		"empty":              {},
		"too long":           {Text: strings.Repeat("a", limit+1)},
		"too many bytes":     {Text: strings.Repeat("é", limit/2) + "a"},
		"with a NUL":         {Text: "a\x00"},
		"not UTF-8":          {Text: "\xff"},
		"key too long":       {Text: "a", ClientMessageID: strings.Repeat("k", 129)},
		"key with a NUL":     {Text: "a", ClientMessageID: "\x00"},
		"key that's no text": {Text: "a", ClientMessageID: "\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &scriptedStore{script: works}
			service := newScripted(store)
			service.options.MessageMaxBytes = limit
			draft.ChatID = aChat
			if _, err := service.Send(t.Context(), draft); !errors.Is(err, errs.ErrBadParameters) {
				t.Errorf("the error is %v", err)
			}
			// The chat is judged first.
			draft.ChatID = anotherChat
			if _, err := service.Send(t.Context(), draft); !errors.Is(err, errs.ErrChatNotFound) {
				t.Errorf("in an unknown chat, the error is %v", err)
			}
			if len(store.tries) > 0 {
				t.Error("it was sent")
			}
		})
	}
}

func TestDraftsAtTheLimits(t *testing.T) {
	store := &scriptedStore{script: works}
	service := newScripted(store)
	service.options.MessageMaxBytes = 8
	for _, draft := range []Draft{
		{Text: "éééé", ClientMessageID: strings.Repeat("𝔸", 128)}, {Text: "𝔸𝔸", ClientMessageID: "k"}, {Text: " "},
	} {
		draft.ChatID = aChat
		id, err := service.Send(t.Context(), draft)
		requireSent(t, store, draft.Text, sent{id, err})
	}
}
