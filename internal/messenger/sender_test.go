package messenger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"messenger-api/internal/errs"
)

type script = func(context.Context, []Message, func() []AppendResult) ([]AppendResult, error)

func works(_ context.Context, _ []Message, commit func() []AppendResult) ([]AppendResult, error) {
	return commit(), nil
}

func fails(err error) script {
	return func(context.Context, []Message, func() []AppendResult) ([]AppendResult, error) { return nil, err }
}

func has(batch []Message, text string) bool {
	for _, message := range batch {
		if message.Text == text {
			return true
		}
	}
	return false
}

func texts(count int) []string {
	texts := make([]string, count)
	for i := range texts {
		texts[i] = fmt.Sprint("text ", i)
	}
	return texts
}

func TestSendsShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: works}
		texts := texts(40)
		for i, answer := range sendTogether(t.Context(), store, []ID{aChat, anotherChat}, texts...) {
			requireSent(t, store, texts[i], answer)
		}
		if len(store.tries) != 1 {
			t.Errorf("%d commits of what waited together", len(store.tries))
		}
	})
}

func TestCommitHasACap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: works}
		texts := texts(commitMaxRows + 40)
		for i := range 40 {
			texts[i] = strings.Repeat(string(rune('а'+i)), 64<<10) // 128 KiB each
		}
		for i, answer := range sendTogether(t.Context(), store, []ID{aChat}, texts...) {
			requireSent(t, store, texts[i], answer)
		}
		for _, batch := range store.tries {
			total := 0
			for _, message := range batch {
				total += len(message.Text)
			}
			if len(batch) > commitMaxRows || total > commitMaxBytes {
				t.Errorf("a commit of %d messages with %d bytes", len(batch), total)
			}
		}
	})
}

func TestRejectedMessageFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if has(batch, "text 3") || has(batch, "text 30") {
				return nil, fmt.Errorf("%w: why", ErrRejected)
			}
			return commit(), nil
		}}
		texts := texts(37)
		for i, answer := range sendTogether(t.Context(), store, []ID{aChat, anotherChat}, texts...) {
			if i != 3 && i != 30 {
				requireSent(t, store, texts[i], answer)
			} else if !errors.Is(answer.err, ErrRejected) {
				t.Errorf("%q: the error is %v", texts[i], answer.err)
			}
		}
	})
}

func TestLockedChatFailsAlone(t *testing.T) {
	chats := []ID{aChat, anotherChat, {9}}
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{}
		store.script = lockedFor(store, anotherChat, 1)
		texts := texts(30)
		for i, answer := range sendTogether(t.Context(), store, chats, texts...) {
			if chats[i%len(chats)] != anotherChat {
				requireSent(t, store, texts[i], answer)
			} else if _, found := store.storedID(t, texts[i]); found || !errs.Is(answer.err, errs.Unavailable) {
				t.Errorf("%q: the error is %v, stored: %v", texts[i], answer.err, found)
			}
		}
	})
}

// lockedFor leaves the chat out of so many tries.
func lockedFor(store *scriptedStore, chat ID, tries int) script {
	return func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
		if tries--; tries < 0 {
			return commit(), nil
		}
		appended := make([]AppendResult, len(batch))
		for i := range batch {
			if batch[i].ChatID == chat {
				appended[i].Err = errs.ErrServiceUnavailable.WithCause(ErrBusy)
				continue
			}
			appended[i] = store.commit(batch[i : i+1])[0]
		}
		return appended, nil
	}
}

// Where an earlier try may have stored it, a message to a locked chat is tried until
// that is known, and those to other chats are not.
func TestLockedChatAfterAnUnknownOutcome(t *testing.T) {
	chats := []ID{aChat, anotherChat}
	synctest.Test(t, func(t *testing.T) {
		store, lost := &scriptedStore{}, false
		locked := lockedFor(store, anotherChat, 2)
		store.script = func(ctx context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if !lost {
				lost = true
				return nil, errUnknown
			}
			return locked(ctx, batch, commit)
		}
		texts := texts(10)
		for i, answer := range sendTogether(t.Context(), store, chats, texts...) {
			requireSent(t, store, texts[i], answer)
		}
		var sizes []int
		for _, batch := range store.tries {
			sizes = append(sizes, len(batch))
		}
		if want := []int{10, 10, 5, 5}; !slices.Equal(sizes, want) {
			t.Errorf("the tries were of %v messages, want %v", sizes, want)
		}
	})
}

func TestPlainErrorFailsTheBatchOnce(t *testing.T) {
	plain := errors.New("plain")
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: fails(plain)}
		for _, answer := range sendTogether(t.Context(), store, []ID{aChat, anotherChat}, texts(9)...) {
			if !errors.Is(answer.err, plain) {
				t.Errorf("the error is %v", answer.err)
			}
		}
		if len(store.tries) != 1 {
			t.Errorf("%d tries", len(store.tries))
		}
	})
}

func TestVerdictsReachTheirSenders(t *testing.T) {
	verdicts := []AppendResult{{Err: errs.ErrUserNotFound}, {MessageID: ID{7}, Seq: 3, Repeated: true}, {Err: errs.ErrChatNotFound}}
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(context.Context, []Message, func() []AppendResult) ([]AppendResult, error) {
			return verdicts, nil
		}}
		answers := sendTogether(t.Context(), store, []ID{aChat}, texts(len(verdicts))...)
		for i, answer := range answers {
			if answer.id != verdicts[i].MessageID || !errors.Is(answer.err, verdicts[i].Err) {
				t.Errorf("answer %d is %v", i, answer)
			}
		}
	})
}
