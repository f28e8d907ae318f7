package store

import "fmt"

// SchemaError says that a database's schema is of another version than a command
// of this binary can work on.
type SchemaError struct {
	// Found is 0 for a database without a schema.
	Found, Want int64
}

// Error implements error, for the person who runs the command.
func (e *SchemaError) Error() string {
	if e.Found > e.Want {
		return fmt.Sprintf("the database's schema is of version %d, and this binary knows %d: use the newer binary", e.Found, e.Want)
	}
	return fmt.Sprintf("the database's schema is of version %d, and this binary needs %d: "+
		"run messenger-api migrate up, or serve, which does the same at its start", e.Found, e.Want)
}
