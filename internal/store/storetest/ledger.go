package storetest

import (
	"maps"
	"sync"
	"testing"

	"messenger-api/internal/messenger"
)

// ledger has the results that the writers of a log got. It is safe for concurrent use.
type ledger struct {
	mu sync.Mutex
	// answers are the results of each message, including those of repeats.
	answers map[sendKey][]messenger.AppendResult
	chats   map[messenger.ID]map[messenger.ID]int64
}

// sendKey identifies a message: by its key, account and chat, or by its id where it has no key.
type sendKey struct {
	chat, account, message messenger.ID
	key                    string
}

func newLedger() *ledger {
	return &ledger{answers: map[sendKey][]messenger.AppendResult{}, chats: map[messenger.ID]map[messenger.ID]int64{}}
}

func (l *ledger) add(t *testing.T, sent messenger.Message, answer messenger.AppendResult) {
	if isRefusal(sent, answer) {
		return
	}
	if answer.Err != nil || answer.Seq == 0 {
		t.Errorf("unexpected answer: seq %d, error %v", answer.Seq, answer.Err)
		return
	}
	same := sendKey{chat: sent.ChatID, account: sent.AccountID, key: sent.ClientMessageID}
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

// known returns the acknowledged messages of the chat, and their seqs.
func (l *ledger) known(chat messenger.ID) map[messenger.ID]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.chats[chat])
}

// requireSame checks that the chat's log has exactly the acknowledged messages, each once.
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
