package walfile

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// capacity is how much is collected at most, in bytes: 29 pages of 4 KiB. SQLite's own
// VFS takes less than 128 KiB in one call.
const capacity = 120 << 10

// log is a write-ahead log that is open. It is used by one connection.
type log struct {
	methods

	// database is the *database that the log is of.
	database uintptr
	// What is collected are the first size bytes of collected; they belong at offset.
	offset    int64
	size      int32
	collected [capacity]byte
}

// takeLog has the writes into a log collected. The log of a database that was not taken
// over, or where SQLite writes after a sync, stays SQLite's own.
func takeLog(tls *libc.TLS, handle, databaseHandle uintptr) {
	d := databaseOf(databaseHandle)
	if d == nil || !d.safeOverwrites(tls, databaseHandle) {
		return
	}
	d.log = take(tls, handle, unsafe.Sizeof(log{}))
	if d.log == 0 {
		return
	}
	l := at[log](d.log)
	l.database = taken(databaseHandle)
	l.FxClose = pointer[closeMethod](closeLog)
	l.FxRead = pointer[dataMethod](read)
	l.FxWrite = pointer[dataMethod](write)
	l.FxTruncate = pointer[resizeMethod](truncate)
	l.FxSync = pointer[syncMethod](syncLog)
	l.FxFileSize = pointer[sizeMethod](fileSize)
}

func logOf(handle uintptr) *log { return at[log](taken(handle)) }

// giveUp forgets what is collected.
func (l *log) giveUp() { l.size = 0 }

// flush writes what is collected. Where that fails it stays, until it is written or
// given up: so nothing that follows it can be committed without it.
func (l *log) flush(tls *libc.TLS, handle uintptr) int32 {
	if l.size == 0 {
		return sqlite3.SQLITE_OK
	}
	code := function[dataMethod](l.before().FxWrite)(tls, handle, addressOf(&l.collected), l.size, l.offset)
	if code == sqlite3.SQLITE_OK {
		l.size = 0
	}
	return code
}

func write(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32 {
	l := logOf(handle)
	if offset != l.offset+int64(l.size) || size > capacity-l.size {
		if code := l.flush(tls, handle); code != sqlite3.SQLITE_OK {
			return code
		}
		l.offset = offset
	}
	if size > capacity {
		return function[dataMethod](l.before().FxWrite)(tls, handle, data, size, offset)
	}
	copy(l.collected[l.size:], bytesAt(data, size))
	l.size += size
	return sqlite3.SQLITE_OK
}

// read leaves alone what is collected where it lies elsewhere: a transaction that could
// not be written must be able to read what it takes back.
func read(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32 {
	l := logOf(handle)
	if offset < l.offset+int64(l.size) && l.offset < offset+int64(size) {
		if code := l.flush(tls, handle); code != sqlite3.SQLITE_OK {
			return code
		}
	}
	return function[dataMethod](l.before().FxRead)(tls, handle, data, size, offset)
}

func syncLog(tls *libc.TLS, handle uintptr, flags int32) int32 {
	l := logOf(handle)
	if code := l.flush(tls, handle); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[syncMethod](l.before().FxSync)(tls, handle, flags)
}

func truncate(tls *libc.TLS, handle uintptr, size int64) int32 {
	l := logOf(handle)
	if code := l.flush(tls, handle); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[resizeMethod](l.before().FxTruncate)(tls, handle, size)
}

func fileSize(tls *libc.TLS, handle, size uintptr) int32 {
	l := logOf(handle)
	if code := l.flush(tls, handle); code != sqlite3.SQLITE_OK {
		return code
	}
	return function[sizeMethod](l.before().FxFileSize)(tls, handle, size)
}

// closeLog closes a log, without what is still collected: no commit brought it.
func closeLog(tls *libc.TLS, handle uintptr) int32 {
	at[database](logOf(handle).database).log = 0
	return giveBack(tls, handle)
}
