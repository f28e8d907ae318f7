package search

import (
	"encoding/binary"
	"errors"

	"messenger-api/internal/messenger"
)

// progress is what of a search is kept between those who work on it, so that the next one goes on
// where the last one stopped.
type checkpoint struct {
	// unindexed is how many messages of the account's chats were not indexed at the start.
	unindexed int64
	// searching says that all was indexed, and the search has begun.
	searching bool
	// total is how many messages there were to search.
	total   int64
	results []Result
	// left are the rests of the chats that were looked at.
	remainders map[messenger.ID]Remainder
}

// progressVersion is that of the form; what another version left is as if there were nothing.
const checkpointVersion = 1

var errBadCheckpoint = errors.New("what is kept of a search's progress can't be read")

// progress is what is kept of the search.
func (f *finder) checkpoint() checkpoint {
	return checkpoint{searching: true, total: f.total, results: f.results, remainders: f.remainders}
}

// resume goes on from what is kept. Chats that the account has joined meanwhile are searched, too.
func (f *finder) resume(from checkpoint) {
	f.total, f.results, f.remainders = from.total, from.results, from.remainders
	for i := range f.chats {
		chat := &f.chats[i]
		rest, looked := from.remainders[chat.ChatID]
		if looked {
			chat.Through, chat.Newest = rest.Through, rest.Newest
		}
	}
	f.sort()
}

func (p checkpoint) pack() []byte {
	packed := []byte{checkpointVersion, 0}
	if p.searching {
		packed[1] = 1
	}
	packed = binary.AppendVarint(packed, p.unindexed)
	packed = binary.AppendVarint(packed, p.total)
	packed = binary.AppendVarint(packed, int64(len(p.results)))
	packed = append(packed, packResults(p.results)...)
	for chat, rest := range p.remainders {
		packed = append(packed, chat[:]...)
		packed = binary.AppendVarint(packed, rest.Through)
		packed = binary.AppendVarint(packed, rest.Newest)
	}
	return packed
}

func unpackCheckpoint(packed []byte) (p checkpoint, err error) {
	if len(packed) < 2 || packed[0] != checkpointVersion {
		return p, errBadCheckpoint
	}
	p.searching = packed[1] == 1
	read := reader{packed[2:], nil}
	p.unindexed, p.total = read.varint(), read.varint()
	if count := read.varint(); count >= 0 && count <= int64(len(packed)/packedBytes) {
		p.results = unpackResults(read.bytes(int(count) * packedBytes))
	} else {
		return checkpoint{}, errBadCheckpoint
	}
	p.remainders = map[messenger.ID]Remainder{}
	for len(read.rest) > 0 && read.err == nil {
		var chat messenger.ID
		copy(chat[:], read.bytes(len(chat)))
		p.remainders[chat] = Remainder{read.varint(), read.varint()}
	}
	if read.err != nil {
		return checkpoint{}, read.err
	}
	return p, nil
}

// reader takes apart what was packed. After an error it gives zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) varint() int64 {
	value, size := binary.Varint(r.rest)
	if size <= 0 {
		r.rest, r.err = nil, errBadCheckpoint
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *reader) bytes(count int) []byte {
	if count > len(r.rest) {
		r.rest, r.err = nil, errBadCheckpoint
		return nil
	}
	taken := r.rest[:count]
	r.rest = r.rest[count:]
	return taken
}
