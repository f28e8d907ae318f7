package walfile

import (
	"runtime"
	"strings"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Nothing that follows what could not be written can be committed without it.
func TestWhatCantBeWrittenStays(t *testing.T) {
	for what, meet := range map[string]func(f *fakeFiles) int32{
		"read": func(f *fakeFiles) int32 { return read(f.tls, f.log(), f.data(4), 4, 4) },
		"size": func(f *fakeFiles) int32 { return fileSize(f.tls, f.log(), 0) },
		"cut":  func(f *fakeFiles) int32 { return truncate(f.tls, f.log(), 0) },
		"more": func(f *fakeFiles) int32 { return f.write("elsewhere", 100) },
		"sync": func(f *fakeFiles) int32 { return syncLog(f.tls, f.log(), 0) },
	} {
		t.Run(what, func(t *testing.T) {
			f := openFakes(t)
			f.write("12345678", 0)
			f.full = true
			if code := meet(f); code != sqlite3.SQLITE_FULL {
				t.Errorf("on a full disk: %d", code)
			}
			f.full = false
			if code := syncLog(f.tls, f.log(), 0); code != sqlite3.SQLITE_OK || f.content() != "12345678" {
				t.Errorf("later: %d, %q is written", code, f.content())
			}
		})
	}
}

func TestReadsElsewhereNeedNoRoom(t *testing.T) {
	f := openFakes(t)
	f.write("1234", 0)
	syncLog(f.tls, f.log(), 0)
	f.write("5678", 4)
	f.full = true
	into := f.data(4)
	if code := read(f.tls, f.log(), into, 4, 0); code != sqlite3.SQLITE_OK || string(bytesAt(into, 4)) != "1234" {
		t.Errorf("%d, %q", code, bytesAt(into, 4))
	}
}

func TestReadsOfWhatIsCollected(t *testing.T) {
	for _, part := range []struct {
		offset int64
		want   string
	}{{0, "12345678"}, {2, "3456"}, {4, "5678"}, {6, "78"}, {7, "8"}} {
		f := openFakes(t)
		f.write("1234", 0)
		syncLog(f.tls, f.log(), 0)
		f.write("56", 4)
		f.write("78", 6)
		into := f.data(len(part.want))
		code := read(f.tls, f.log(), into, int32(len(part.want)), part.offset)
		if got := string(bytesAt(into, int32(len(part.want)))); code != sqlite3.SQLITE_OK || got != part.want {
			t.Errorf("%d, %q, want %q", code, got, part.want)
		}
	}
}

func TestWhatIsTooLargeToCollect(t *testing.T) {
	f := openFakes(t)
	large := strings.Repeat("5", capacity+1)
	f.write("1234", 0)
	f.write(large, 4)
	if want := "1234" + large; f.content() != want {
		t.Errorf("%d bytes are written, want %d", len(f.content()), len(want))
	}
	f.write("6789", capacity+5)
	if code := syncLog(f.tls, f.log(), 0); code != sqlite3.SQLITE_OK || f.content() != "1234"+large+"6789" {
		t.Errorf("later: %d, %d bytes", code, len(f.content()))
	}
}

func TestACloseGivesUp(t *testing.T) {
	f := openFakes(t)
	f.write("1234", 0)
	closeLog(f.tls, f.log())
	d := databaseOf(addressOf(&f.databaseFile))
	if f.content() != "" || d.log != 0 {
		t.Errorf("%q is written, the database's log is %d", f.content(), d.log)
	}
	if code := lock(f.tls, addressOf(&f.databaseFile), writeLock, 1, sqlite3.SQLITE_SHM_UNLOCK|sqlite3.SQLITE_SHM_EXCLUSIVE); code != sqlite3.SQLITE_OK {
		t.Errorf("a lock without a log: %d", code)
	}
}

func TestTheLocksEndGivesUp(t *testing.T) {
	const release = sqlite3.SQLITE_SHM_UNLOCK | sqlite3.SQLITE_SHM_EXCLUSIVE
	f := openFakes(t)
	f.write("1234", 0)
	for _, other := range []struct{ first, flags int32 }{
		{3, release},
		{writeLock, sqlite3.SQLITE_SHM_LOCK | sqlite3.SQLITE_SHM_EXCLUSIVE},
	} {
		lock(f.tls, addressOf(&f.databaseFile), other.first, 1, other.flags)
	}
	if code := fileSize(f.tls, f.log(), 0); code != sqlite3.SQLITE_OK || f.content() != "1234" {
		t.Errorf("before: %d, %q is written", code, f.content())
	}
	f.write("5678", 4)
	lock(f.tls, addressOf(&f.databaseFile), writeLock, 1, release)
	if code := syncLog(f.tls, f.log(), 0); code != sqlite3.SQLITE_OK || f.content() != "1234" {
		t.Errorf("after: %d, %q is written", code, f.content())
	}
}

// fakeFiles are a database and its log, whose bytes are in memory.
type fakeFiles struct {
	t             *testing.T
	tls           *libc.TLS
	databaseFile  sqlite3.Tsqlite3_file
	logFile       sqlite3.Tsqlite3_file
	databaseCalls sqlite3.Tsqlite3_io_methods
	logCalls      sqlite3.Tsqlite3_io_methods
	written       []byte
	full          bool
}

func openFakes(t *testing.T) *fakeFiles {
	f := &fakeFiles{t: t, tls: libc.NewTLS()}
	closed := func(*libc.TLS, uintptr) int32 { return sqlite3.SQLITE_OK }
	can := func(*libc.TLS, uintptr) int32 { return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE }
	locked := func(*libc.TLS, uintptr, int32, int32, int32) int32 { return sqlite3.SQLITE_OK }
	synced := func(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_OK }
	cut := func(*libc.TLS, uintptr, int64) int32 { return sqlite3.SQLITE_OK }
	size := func(*libc.TLS, uintptr, uintptr) int32 { return sqlite3.SQLITE_OK }
	f.databaseCalls.FxClose, f.databaseCalls.FxShmLock = pointer[closeMethod](closed), pointer[lockMethod](locked)
	f.databaseCalls.FxDeviceCharacteristics = pointer[asksMethod](can)
	f.logCalls.FxClose, f.logCalls.FxSync = pointer[closeMethod](closed), pointer[syncMethod](synced)
	f.logCalls.FxTruncate, f.logCalls.FxFileSize = pointer[resizeMethod](cut), pointer[sizeMethod](size)
	onRead, onWrite := f.onRead, f.onWrite
	f.logCalls.FxRead, f.logCalls.FxWrite = pointer[dataMethod](onRead), pointer[dataMethod](onWrite)
	f.databaseFile.FpMethods, f.logFile.FpMethods = addressOf(&f.databaseCalls), addressOf(&f.logCalls)
	takeDatabase(f.tls, addressOf(&f.databaseFile))
	takeLog(f.tls, f.log(), addressOf(&f.databaseFile))
	t.Cleanup(func() {
		if databaseOf(addressOf(&f.databaseFile)).log != 0 {
			closeLog(f.tls, f.log())
		}
		giveBack(f.tls, addressOf(&f.databaseFile))
		f.tls.Close()
		runtime.KeepAlive([]any{closed, can, locked, synced, cut, size, onRead, onWrite})
	})
	return f
}

func (f *fakeFiles) onRead(_ *libc.TLS, _, into uintptr, size int32, offset int64) int32 {
	copy(bytesAt(into, size), f.written[offset:])
	return sqlite3.SQLITE_OK
}

func (f *fakeFiles) onWrite(_ *libc.TLS, _, data uintptr, size int32, offset int64) int32 {
	if f.full {
		return sqlite3.SQLITE_FULL
	}
	f.written = append(f.written[:offset], bytesAt(data, size)...)
	return sqlite3.SQLITE_OK
}

func (f *fakeFiles) log() uintptr { return addressOf(&f.logFile) }

func (f *fakeFiles) content() string { return string(f.written) }

// data is memory of that size, as SQLite would give it.
func (f *fakeFiles) data(size int) uintptr {
	address := libc.Xcalloc(f.tls, 1, libc.Tsize_t(size))
	f.t.Cleanup(func() { libc.Xfree(f.tls, address) })
	return address
}

func (f *fakeFiles) write(text string, offset int64) int32 {
	address := f.data(len(text))
	copy(bytesAt(address, int32(len(text))), text)
	return write(f.tls, f.log(), address, int32(len(text)), offset)
}
