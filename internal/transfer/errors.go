package transfer

import "errors"

// ErrNotEmpty is returned by an import into a database that has data.
var ErrNotEmpty = errors.New("the database is not empty: it has accounts or chats; import needs an empty one")
