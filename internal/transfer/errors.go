package transfer

import "errors"

// ErrNotEmpty says that a database has data already: an import mixes nothing.
var ErrNotEmpty = errors.New("the database is not empty: it has accounts or chats; import goes into an empty one only")
