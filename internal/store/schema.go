package store

import "fmt"

// SchemaError is returned where a command of this binary does not support the version of a
// database's schema.
type SchemaError struct {
	// Found is 0 for a database without a schema.
	Found, Want int64
}

// Error implements error; the text says what to run.
func (e *SchemaError) Error() string {
	if e.Found > e.Want {
		return fmt.Sprintf("the database's schema is of version %d, and this binary knows %d: use the newer binary", e.Found, e.Want)
	}
	return fmt.Sprintf("the database's schema is of version %d, and this binary needs %d: "+
		"run messenger-api migrate up, or serve, which does the same at its start", e.Found, e.Want)
}
