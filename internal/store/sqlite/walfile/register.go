package walfile

import (
	"fmt"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Name is what a data source calls the VFS: vfs=joined-wal.
const Name = "joined-wal"

// system is the VFS as SQLite sees it, and behind that how SQLite's own opens a file.
type system struct {
	sqlite3.Tsqlite3_vfs

	open uintptr
}

type openMethod = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, flagsOut uintptr) int32

// Register makes the VFS known to SQLite, for as long as the process lives. It may be
// called more than once, and is safe for concurrent use.
func Register() error {
	tls := libc.NewTLS()
	defer tls.Close()
	name, err := libc.CString(Name)
	if err != nil {
		return fmt.Errorf("name the VFS: %w", err)
	}
	if sqlite3.Xsqlite3_vfs_find(tls, name) != 0 {
		libc.Xfree(tls, name)
		return nil
	}
	own := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if own == 0 {
		return fmt.Errorf("find SQLite's own VFS: there is none")
	}
	made := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(system{})))
	if made == 0 {
		return fmt.Errorf("make the VFS: no memory")
	}
	vfs := at[system](made)
	*vfs = system{Tsqlite3_vfs: *at[sqlite3.Tsqlite3_vfs](own)}
	vfs.open = vfs.FxOpen
	vfs.FpNext, vfs.FzName, vfs.FxOpen = 0, name, pointer[openMethod](open)
	if code := sqlite3.Xsqlite3_vfs_register(tls, made, 0); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("register the VFS: SQLite's error %d", code)
	}
	return nil
}

// open lets SQLite's own VFS open the file, and takes over where it is a write-ahead log.
func open(tls *libc.TLS, vfs, name, file uintptr, flags int32, flagsOut uintptr) int32 {
	code := function[openMethod](at[system](vfs).open)(tls, vfs, name, file, flags, flagsOut)
	if code != sqlite3.SQLITE_OK || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return code
	}
	takeOver(tls, file)
	return sqlite3.SQLITE_OK
}
