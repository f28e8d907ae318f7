package walfile

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The methods of files as SQLite calls them. The compiler can't check that they are
// what SQLite takes them for: they are as in https://sqlite.org/c3ref/io_methods.html.
type (
	openMethod   = func(tls *libc.TLS, vfs, name, handle uintptr, flags int32, flagsOut uintptr) int32
	closeMethod  = func(tls *libc.TLS, handle uintptr) int32
	dataMethod   = func(tls *libc.TLS, handle, data uintptr, size int32, offset int64) int32
	resizeMethod = func(tls *libc.TLS, handle uintptr, size int64) int32
	syncMethod   = func(tls *libc.TLS, handle uintptr, flags int32) int32
	sizeMethod   = func(tls *libc.TLS, handle, size uintptr) int32
	lockMethod   = func(tls *libc.TLS, handle uintptr, first, count, flags int32) int32
	asksMethod   = func(tls *libc.TLS, handle uintptr) int32
)

// methods is what a file can do, and what it could before it was taken over. It lies in
// SQLite's memory, before what else is kept of the file: a file that was taken over has
// this as its methods, by which the rest is found again.
type methods struct {
	sqlite3.Tsqlite3_io_methods

	own uintptr
}

// before is what the file could do before.
func (m *methods) before() *sqlite3.Tsqlite3_io_methods {
	return at[sqlite3.Tsqlite3_io_methods](m.own)
}

// take gives a file that is open memory of that size, which begins with its methods; 0
// where there is none, and the file stays as it is.
func take(tls *libc.TLS, handle uintptr, size uintptr) (made uintptr) {
	opened := at[sqlite3.Tsqlite3_file](handle)
	made = libc.Xcalloc(tls, 1, libc.Tsize_t(size))
	if made == 0 {
		return 0
	}
	*at[methods](made) = methods{Tsqlite3_io_methods: *at[sqlite3.Tsqlite3_io_methods](opened.FpMethods), own: opened.FpMethods}
	opened.FpMethods = made
	return made
}

// taken finds what take gave a file.
func taken(handle uintptr) uintptr { return at[sqlite3.Tsqlite3_file](handle).FpMethods }

// giveBack closes a file that was taken over.
func giveBack(tls *libc.TLS, handle uintptr) int32 {
	opened := at[sqlite3.Tsqlite3_file](handle)
	made := opened.FpMethods
	own := at[methods](made).before()
	opened.FpMethods = at[methods](made).own
	libc.Xfree(tls, made)
	return function[closeMethod](own.FxClose)(tls, handle)
}
