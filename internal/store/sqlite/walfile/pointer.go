package walfile

import "unsafe"

// SQLite is C that was translated into Go. Its memory is its own, outside of the
// heap, and its pointers are numbers; a pointer to a function is that of a Go
// function, which must be one of a package and no closure, for nothing else keeps it
// alive. All conversions between the two are in this file.

// at is the value at an address in SQLite's memory.
func at[T any](address uintptr) *T {
	return *(**T)(unsafe.Pointer(&address)) //nolint:gosec // see above
}

// bytesAt is that many bytes at an address in SQLite's memory.
func bytesAt(address uintptr, size int32) []byte {
	return unsafe.Slice(at[byte](address), size) //nolint:gosec // see above
}

// addressOf is where a value in SQLite's memory is.
func addressOf[T any](value *T) uintptr {
	return uintptr(unsafe.Pointer(value)) //nolint:gosec // see above
}

// function is the Go function behind SQLite's pointer to it.
func function[F any](address uintptr) F {
	return *(*F)(unsafe.Pointer(&address)) //nolint:gosec // see above
}

// pointer is SQLite's pointer to a function of this package.
func pointer[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f)) //nolint:gosec // see above
}
