package pages

import "encoding/binary"

// Place says which page is meant: up to Limit messages of Chat before the event
// Before.
type Key struct {
	Chat   [16]byte
	Limit  int
	Before int64
}

func (p Key) cacheKey(version []byte) string {
	key := make([]byte, 0, len("page:")+2*16+2*8)
	key = append(key, "page:"...)
	key = append(key, p.Chat[:]...)
	key = append(key, version...)
	key = binary.BigEndian.AppendUint64(key, uint64(p.Limit))
	key = binary.BigEndian.AppendUint64(key, uint64(p.Before))
	return string(key)
}

func versionKey(chat [16]byte) string { return "version:" + string(chat[:]) }
