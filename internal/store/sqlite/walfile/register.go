package walfile

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Name is what a data source calls the VFS: vfs=joined-wal.
const Name = "joined-wal"

// Register makes the VFS known to SQLite, whose list of them is the process's. It may
// be called more than once, and is safe for concurrent use.
func Register() error { return register() }

var register = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	own := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if own == 0 {
		return errors.New("find SQLite's own VFS: there is none")
	}
	name, err := libc.CString(Name)
	if err != nil {
		return fmt.Errorf("name the VFS: %w", err)
	}
	made := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(system{})))
	if made == 0 {
		return errors.New("make the VFS: no memory")
	}
	vfs := at[system](made)
	*vfs = system{Tsqlite3_vfs: *at[sqlite3.Tsqlite3_vfs](own)}
	vfs.open = vfs.FxOpen
	vfs.FpNext, vfs.FzName, vfs.FxOpen = 0, name, pointer[openMethod](open)
	if code := sqlite3.Xsqlite3_vfs_register(tls, made, 0); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("register the VFS: SQLite's error %d", code)
	}
	return nil
})

// system is the VFS as SQLite sees it, and behind that how SQLite's own opens a file.
type system struct {
	sqlite3.Tsqlite3_vfs

	open uintptr
}

// open lets SQLite's own VFS open the file, and takes over databases and their logs.
func open(tls *libc.TLS, vfs, name, handle uintptr, flags int32, flagsOut uintptr) int32 {
	code := function[openMethod](at[system](vfs).open)(tls, vfs, name, handle, flags, flagsOut)
	switch {
	case code != sqlite3.SQLITE_OK:
	case flags&sqlite3.SQLITE_OPEN_MAIN_DB != 0:
		takeDatabase(tls, handle)
	case flags&sqlite3.SQLITE_OPEN_WAL != 0:
		takeLog(tls, handle, sqlite3.Xsqlite3_database_file_object(tls, name))
	}
	return code
}
