package sqlite

import (
	"runtime"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// counting is a connection by SQLite's C interface, which counts the steps of a statement; the
// driver does not offer that. The translated C functions do arithmetic on addresses outside of Go's
// memory, so checkptr is off in the functions that they are inlined in.
type counting struct {
	t       testing.TB
	tls     *libc.TLS
	pin     runtime.Pinner
	handles struct { // where SQLite puts its handles and its counters
		database, statement uintptr
		current, highest    int32
	}
}

//go:nocheckptr
func openCounting(t testing.TB, path string) *counting {
	t.Helper()
	c := &counting{t: t, tls: libc.NewTLS()}
	c.pin.Pin(&c.handles)
	name := c.text(path)
	defer libc.Xfree(c.tls, name)
	c.check(sqlite3.Xsqlite3_open_v2(c.tls, name, uintptr(unsafe.Pointer(&c.handles.database)), sqlite3.SQLITE_OPEN_READWRITE, 0), path)
	t.Cleanup(c.close)
	return c
}

//go:nocheckptr
func (c *counting) close() {
	c.check(sqlite3.Xsqlite3_close_v2(c.tls, c.handles.database), "close")
	c.pin.Unpin()
	c.tls.Close()
}

//go:nocheckptr
func (c *counting) text(text string) uintptr {
	c.t.Helper()
	copied, err := libc.CString(text)
	if err != nil {
		c.t.Fatal(err)
	}
	return copied
}

//go:nocheckptr
func (c *counting) check(code int32, what string) {
	c.t.Helper()
	if code != sqlite3.SQLITE_OK {
		c.t.Fatalf("%s: %s", what, libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.handles.database)))
	}
}

// exec runs statements without arguments.
//
//go:nocheckptr
func (c *counting) exec(statements string) {
	c.t.Helper()
	text := c.text(statements)
	defer libc.Xfree(c.tls, text)
	c.check(sqlite3.Xsqlite3_exec(c.tls, c.handles.database, text, 0, 0, 0), statements)
}

// steps runs a statement to its end and tells how many steps SQLite's machine took, and how many pages it asked its cache
// for: the full-text index takes no steps, but pages.
//
//go:nocheckptr
func (c *counting) steps(statement string) (steps, pages int) {
	c.t.Helper()
	text := c.text(statement)
	defer libc.Xfree(c.tls, text)
	c.check(sqlite3.Xsqlite3_prepare_v2(c.tls, c.handles.database, text, -1, uintptr(unsafe.Pointer(&c.handles.statement)), 0), statement)
	prepared := c.handles.statement
	c.pagesSince()
	for {
		switch code := sqlite3.Xsqlite3_step(c.tls, prepared); code {
		case sqlite3.SQLITE_ROW:
		case sqlite3.SQLITE_DONE:
			taken := sqlite3.Xsqlite3_stmt_status(c.tls, prepared, sqlite3.SQLITE_STMTSTATUS_VM_STEP, 0)
			c.check(sqlite3.Xsqlite3_finalize(c.tls, prepared), statement)
			return int(taken), c.pagesSince()
		default:
			c.check(code, statement)
		}
	}
}

// pagesSince tells how many pages were asked for since it was last called.
//
//go:nocheckptr
func (c *counting) pagesSince() (pages int) {
	c.t.Helper()
	for _, counter := range []int32{sqlite3.SQLITE_DBSTATUS_CACHE_HIT, sqlite3.SQLITE_DBSTATUS_CACHE_MISS} {
		current, highest := uintptr(unsafe.Pointer(&c.handles.current)), uintptr(unsafe.Pointer(&c.handles.highest))
		c.check(sqlite3.Xsqlite3_db_status(c.tls, c.handles.database, counter, current, highest, 1), "status")
		pages += int(c.handles.current)
	}
	return pages
}
