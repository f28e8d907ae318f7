package storetest

import (
	"maps"
	"sync"
	"testing"

	"messenger-api/internal/messenger"
)

// ledger holds what the writers of a log were answered. It is safe for
// concurrent use.
type ledger struct {
	mu sync.Mutex
	// answers of each send, repeats included, by what makes two sends the same.
	answers map[sameSend][]messenger.AppendResult
	chats   map[messenger.ID]map[messenger.ID]int64
}

// sameSend is the key in its account and chat, or the message where it has none.
type sameSend struct {
	chat, account, message messenger.ID
	key                    string
}

func newLedger() *ledger {
	return &ledger{answers: map[sameSend][]messenger.AppendResult{}, chats: map[messenger.ID]map[messenger.ID]int64{}}
}

func (l *ledger) add(t *testing.T, sent messenger.Message, answer messenger.AppendResult) {
	if isRefusal(sent, answer) {
		return
	}
	if answer.Err != nil || answer.Seq == 0 {
		t.Errorf("unexpected answer: seq %d, error %v", answer.Seq, answer.Err)
		return
	}
	same := sameSend{chat: sent.ChatID, account: sent.AccountID, key: sent.ClientMessageID}
	if same.key == "" {
		same.message = sent.ID
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[same] = append(l.answers[same], answer)
	if l.chats[sent.ChatID] == nil {
		l.chats[sent.ChatID] = map[messenger.ID]int64{}
	}
	l.chats[sent.ChatID][answer.MessageID] = answer.Seq
}

// known are the messages of the chat that somebody has been answered.
func (l *ledger) known(chat messenger.ID) map[messenger.ID]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.chats[chat])
}

// requireSame checks that the chat's log is what was answered: no message more
// or less, and each send stored once.
func (l *ledger) requireSame(t *testing.T, chat messenger.ID, log []messenger.Message) {
	t.Helper()
	inLog := map[messenger.ID]int64{}
	for _, m := range log {
		inLog[m.ID] = m.Seq
	}
	requireEqual(t, inLog, l.known(chat))
	sends := 0
	for same, answers := range l.answers {
		if same.chat == chat {
			sends++
			requireOneStored(t, answers...)
		}
	}
	requireEqual(t, sends, len(log))
}
