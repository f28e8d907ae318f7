package transfer

import (
	"bytes"
	"unicode/utf8"

	"messenger-api/internal/messenger"
)

// checkEvent checks that the seqs of each chat are 1, 2, 3 … up to last_seq.
func (c *checks) checkEvent(e *Event) string {
	end, found := c.ends[e.ChatID]
	if e.ChatID != c.log.chat {
		if bytes.Compare(e.ChatID[:], c.log.chat[:]) < 0 {
			return outOfOrder
		}
		c.log.chat, c.log.seq = e.ChatID, 0
	}
	c.log.seq++
	switch {
	case !found:
		return "an event of a chat that is not in the file"
	case e.Seq != c.log.seq:
		return "seq has a gap, or is there twice"
	case e.Seq > end:
		return "seq is beyond the chat's last_seq"
	case e.Kind != KindMessage:
		return "an event of a kind that this version does not know"
	}
	return c.checkMessage(e)
}

func (c *checks) checkMessage(e *Event) string {
	owner, found := c.users[[2]messenger.ID{e.ChatID, e.UserID}]
	switch {
	case !found || owner != e.AccountID:
		return "a message of a user that the account does not have in this chat"
	case e.MessageID == messenger.ID{}:
		return "message_id is missing"
	case e.Text == nil:
		return "text is missing"
	case len(*e.Text) > textMaxBytes:
		return "text is too long"
	case e.ClientMessageID != nil && utf8.RuneCountInString(*e.ClientMessageID) > messenger.ClientMessageIDMaxCharacters:
		return "client_message_id is too long"
	case e.ClientMessageID != nil && textProblem("", *e.ClientMessageID) != "":
		return textProblem("client_message_id", *e.ClientMessageID)
	}
	return textProblem("text", *e.Text)
}
