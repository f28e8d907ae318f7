package search

import (
	"encoding/binary"
	"errors"

	"messenger-api/internal/messenger"
)

// progress is what of a search is kept between those who work on it, so that the next one goes on
// where the last one stopped.
type progress struct {
	// unindexed is how many messages of the account's chats were not indexed at the start.
	unindexed int64
	// searching says that all was indexed, and the search has begun.
	searching bool
	// total is how many messages there were to search.
	total   int64
	results []Result
	// left are the rests of the chats that were looked at.
	left map[messenger.ID]Rest
}

// progressVersion is that of the form; what another version left is as if there were nothing.
const progressVersion = 1

var errNoProgress = errors.New("what is kept of a search's progress can't be read")

// progress is what is kept of the search.
func (f *finding) progress() progress {
	return progress{searching: true, total: f.total, results: f.results, left: f.left}
}

// resume goes on from what is kept. Chats that the account has joined meanwhile are searched, too.
func (f *finding) resume(from progress) {
	f.total, f.results, f.left = from.total, from.results, from.left
	for i := range f.chats {
		chat := &f.chats[i]
		rest, looked := from.left[chat.ChatID]
		if looked {
			chat.Through, chat.Newest = rest.Through, rest.Newest
		}
	}
	f.sort()
}

func (p progress) pack() []byte {
	packed := []byte{progressVersion, 0}
	if p.searching {
		packed[1] = 1
	}
	packed = binary.AppendVarint(packed, p.unindexed)
	packed = binary.AppendVarint(packed, p.total)
	packed = binary.AppendVarint(packed, int64(len(p.results)))
	packed = append(packed, packResults(p.results)...)
	for chat, rest := range p.left {
		packed = append(packed, chat[:]...)
		packed = binary.AppendVarint(packed, rest.Through)
		packed = binary.AppendVarint(packed, rest.Newest)
	}
	return packed
}

func unpackProgress(packed []byte) (p progress, err error) {
	if len(packed) < 2 || packed[0] != progressVersion {
		return p, errNoProgress
	}
	p.searching = packed[1] == 1
	read := reader{packed[2:], nil}
	p.unindexed, p.total = read.varint(), read.varint()
	if count := read.varint(); count >= 0 && count <= int64(len(packed)/packedBytes) {
		p.results = unpackResults(read.bytes(int(count) * packedBytes))
	} else {
		return progress{}, errNoProgress
	}
	p.left = map[messenger.ID]Rest{}
	for len(read.rest) > 0 && read.err == nil {
		var chat messenger.ID
		copy(chat[:], read.bytes(len(chat)))
		p.left[chat] = Rest{read.varint(), read.varint()}
	}
	if read.err != nil {
		return progress{}, read.err
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
		r.rest, r.err = nil, errNoProgress
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *reader) bytes(count int) []byte {
	if count > len(r.rest) {
		r.rest, r.err = nil, errNoProgress
		return nil
	}
	taken := r.rest[:count]
	r.rest = r.rest[count:]
	return taken
}
