package search

import (
	"bytes"
	"encoding/binary"
	"errors"

	"messenger-api/internal/messenger"
	"messenger-api/internal/words"
)

// checkpoint is the state of a search that is stored between its time slices, so that the next one resumes
// where the last one stopped.
type checkpoint struct {
	// unindexed is how many messages of the account's chats were not indexed at first.
	unindexed int64
	// slow counts the time slices, one after the other, that ended because the database was too slow for a single step.
	slow int64
	// searching says that indexing is complete and the search has begun.
	searching bool
	// total is how many messages were to be searched at first.
	total   int64
	results []Result
	// remainders are those of the chats that were searched in part.
	remainders map[messenger.ID]Remainder
}

// checkpointVersion is the version of the format. A checkpoint of another one is ignored, and one of a process with
// another analyser, too: its positions are those of another index, of which this one may lack the messages.
const checkpointVersion = 3

var errBadCheckpoint = errors.New("the checkpoint of a search is not readable, or of another analyser's index")

// checkpointHeader is what a checkpoint begins with.
func checkpointHeader() string { return string(rune(checkpointVersion)) + words.Version() }

// checkpoint returns the state to store.
func (f *finder) checkpoint() checkpoint {
	return checkpoint{searching: true, total: f.total, results: f.results, remainders: f.remainders}
}

// resume continues from a checkpoint. Chats that the account has joined meanwhile are searched, too.
func (f *finder) resume(from checkpoint) {
	f.total, f.results, f.remainders = from.total, from.results, from.remainders
	for i := range f.chats {
		chat := &f.chats[i]
		if rest, ok := from.remainders[chat.ChatID]; ok {
			chat.Through, chat.Newest = rest.Through, rest.Newest
		}
	}
	f.sort()
}

func (p checkpoint) pack() []byte {
	searching := byte(0)
	if p.searching {
		searching = 1
	}
	packed := append([]byte(checkpointHeader()), searching)
	packed = binary.AppendVarint(packed, p.unindexed)
	packed = binary.AppendVarint(packed, p.slow)
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
	rest, ok := bytes.CutPrefix(packed, []byte(checkpointHeader()))
	if !ok || len(rest) == 0 {
		return p, errBadCheckpoint
	}
	p.searching = rest[0] == 1
	read := reader{rest[1:], nil}
	p.unindexed, p.slow, p.total = read.varint(), read.varint(), read.varint()
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

// reader decodes packed values. After an error it returns zeros.
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
