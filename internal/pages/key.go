package pages

import "encoding/binary"

// Key identifies a page: up to Limit messages of Chat whose seq is less than Before, which
// is the position that the iterator in the contract's parameter from stands for.
type Key struct {
	Chat   [16]byte
	Limit  int
	Before int64
}

// cacheKey is the key of the page in the caches. Nodes of two releases share them during an
// update, so a change of what a page contains changes the prefix, too.
func (p Key) cacheKey(version []byte) string {
	raw := make([]byte, 0, len("page:")+2*16+2*8)
	raw = append(raw, "page:"...)
	raw = append(raw, p.Chat[:]...)
	raw = append(raw, version...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.Limit))
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.Before))
	return string(raw)
}

func versionKey(chat [16]byte) string { return "version:" + string(chat[:]) }
