package walfile

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// capacity is how much is collected at most, in bytes: 30 pages of 4 KiB. SQLite's own
// VFS takes less than 128 KiB in one call.
const capacity = 120 << 10

// file is a write-ahead log that is open, in SQLite's memory. Its first field is the
// methods that the file has, so the file's pointer to its methods is one to this. It is
// used by the one connection that opened it.
type file struct {
	sqlite3.Tsqlite3_io_methods

	// own is the methods that SQLite's own VFS gave the file.
	own uintptr
	// What is collected are the first size bytes of collected; they belong at offset.
	offset    int64
	size      int32
	collected [capacity]byte
}

type (
	closeMethod  = func(tls *libc.TLS, handle uintptr) int32
	dataMethod   = func(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32
	syncMethod   = func(tls *libc.TLS, handle uintptr, flags int32) int32
	resizeMethod = func(tls *libc.TLS, handle uintptr, size int64) int32
	sizeMethod   = func(tls *libc.TLS, handle, size uintptr) int32
)

// takeOver puts this package's methods before those of a file that was just opened.
// Without memory for that the file stays SQLite's own.
func takeOver(tls *libc.TLS, handle uintptr) {
	opened := at[sqlite3.Tsqlite3_file](handle)
	made := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(file{})))
	if made == 0 {
		return
	}
	f := at[file](made)
	f.Tsqlite3_io_methods = *at[sqlite3.Tsqlite3_io_methods](opened.FpMethods)
	f.own, f.offset, f.size = opened.FpMethods, 0, 0
	f.FxClose = pointer[closeMethod](closeFile)
	f.FxRead = pointer[dataMethod](read)
	f.FxWrite = pointer[dataMethod](write)
	f.FxTruncate = pointer[resizeMethod](truncate)
	f.FxSync = pointer[syncMethod](sync)
	f.FxFileSize = pointer[sizeMethod](fileSize)
	opened.FpMethods = made
}

func fileOf(handle uintptr) *file { return at[file](at[sqlite3.Tsqlite3_file](handle).FpMethods) }

// flush writes what is collected. Where that fails it is lost, as is the transaction:
// the next one begins at the same place.
func (f *file) flush(tls *libc.TLS, handle uintptr) int32 {
	if f.size == 0 {
		return sqlite3.SQLITE_OK
	}
	size := f.size
	f.size = 0
	return f.writeOut(tls, handle, addressOf(&f.collected), size, f.offset)
}

func (f *file) writeOut(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32 {
	own := at[sqlite3.Tsqlite3_io_methods](f.own)
	return function[dataMethod](own.FxWrite)(tls, handle, data, size, offset)
}

// whole flushes, and returns SQLite's own methods for what is asked of the file then.
func whole(tls *libc.TLS, handle uintptr) (own *sqlite3.Tsqlite3_io_methods, code int32) {
	f := fileOf(handle)
	return at[sqlite3.Tsqlite3_io_methods](f.own), f.flush(tls, handle)
}

func write(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32 {
	f := fileOf(handle)
	if offset != f.offset+int64(f.size) || f.size+size > capacity {
		if code := f.flush(tls, handle); code != sqlite3.SQLITE_OK {
			return code
		}
		f.offset = offset
	}
	if size > capacity {
		return f.writeOut(tls, handle, data, size, offset)
	}
	copy(f.collected[f.size:], bytesAt(data, size))
	f.size += size
	return sqlite3.SQLITE_OK
}

func read(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32 {
	own, code := whole(tls, handle)
	if code != sqlite3.SQLITE_OK {
		return code
	}
	return function[dataMethod](own.FxRead)(tls, handle, data, size, offset)
}

func sync(tls *libc.TLS, handle uintptr, flags int32) int32 {
	own, code := whole(tls, handle)
	if code != sqlite3.SQLITE_OK {
		return code
	}
	return function[syncMethod](own.FxSync)(tls, handle, flags)
}

func truncate(tls *libc.TLS, handle uintptr, size int64) int32 {
	own, code := whole(tls, handle)
	if code != sqlite3.SQLITE_OK {
		return code
	}
	return function[resizeMethod](own.FxTruncate)(tls, handle, size)
}

func fileSize(tls *libc.TLS, handle, size uintptr) int32 {
	own, code := whole(tls, handle)
	if code != sqlite3.SQLITE_OK {
		return code
	}
	return function[sizeMethod](own.FxFileSize)(tls, handle, size)
}

// closeFile gives the file back its own methods. What is still collected was never
// synced, so it is of no transaction that was committed; it is written all the same, as
// it would have been without this package.
func closeFile(tls *libc.TLS, handle uintptr) int32 {
	opened := at[sqlite3.Tsqlite3_file](handle)
	own, flushed := whole(tls, handle)
	made := opened.FpMethods
	opened.FpMethods = fileOf(handle).own
	libc.Xfree(tls, made)
	if code := function[closeMethod](own.FxClose)(tls, handle); code != sqlite3.SQLITE_OK {
		return code
	}
	return flushed
}
