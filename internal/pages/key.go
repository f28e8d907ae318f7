package pages

import "encoding/binary"

// Key identifies a page: up to Limit messages of Chat whose seq is less than Before.
type Key struct {
	Chat   [16]byte
	Limit  int
	Before int64
}

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
