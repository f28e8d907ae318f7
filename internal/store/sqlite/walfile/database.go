package walfile

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// writeLock is the lock of the wal-index under which the log is written
// (https://sqlite.org/walformat.html#wal_locks).
const writeLock = 0

// database is a database file that is open. It is used by one connection.
type database struct {
	methods

	// log is the *log of the connection, 0 while none is open.
	log uintptr
}

// takeDatabase has the end of a database's write lock noticed.
func takeDatabase(tls *libc.TLS, handle uintptr) {
	made := take(tls, handle, unsafe.Sizeof(database{}))
	if made == 0 {
		return
	}
	d := at[database](made)
	d.FxClose = pointer[closeMethod](giveBack)
	d.FxShmLock = pointer[lockMethod](lock)
}

// databaseOf finds the database that was taken over; nil where it was not.
func databaseOf(handle uintptr) *database {
	d := at[database](taken(handle))
	if d.FxShmLock != pointer[lockMethod](lock) {
		return nil
	}
	return d
}

// safeOverwrites tells whether a write leaves alone what lies beside it in the same
// sector. Elsewhere SQLite writes into the log after the sync of a commit, too.
func (d *database) safeOverwrites(tls *libc.TLS, handle uintptr) bool {
	can := function[asksMethod](d.before().FxDeviceCharacteristics)(tls, handle)
	return can&sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0
}

// lock takes or releases locks of the wal-index.
func lock(tls *libc.TLS, handle uintptr, first, count, flags int32) int32 {
	d := at[database](taken(handle))
	releases := flags == sqlite3.SQLITE_SHM_UNLOCK|sqlite3.SQLITE_SHM_EXCLUSIVE
	if releases && first == writeLock && d.log != 0 {
		at[log](d.log).giveUp()
	}
	return function[lockMethod](d.before().FxShmLock)(tls, handle, first, count, flags)
}
