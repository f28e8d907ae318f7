package transfer

// Version is the version of the format. It changes with the fields of lines, so that an older binary
// refuses a file of which it would lose data.
const Version = 1

// Tables are the exported tables and columns, in the order of the file. A row follows those that it
// refers to.
var Tables = []Table{
	{"accounts", []string{"account_id", "user_name", "password_hash", "created_at", "disabled_at"}},
	{"sessions", []string{
		"token_hash", "session_id", "account_id", "created_at", "expires_at", "logged_out_at", "address", "user_agent",
	}},
	{"chats", []string{"chat_id", "chat_name", "created_by", "created_at", "last_seq"}},
	{"chat_users", []string{"chat_id", "user_id", "account_id", "user_name", "created_at"}},
	{"events", []string{
		"chat_id", "seq", "kind", "created_at", "account_id", "user_id", "message_id", "client_message_id", "text",
	}},
}

// Table is a table and its exported columns.
type Table struct {
	Name    string
	Columns []string
}

// LeftOut are the tables, and the columns as table.column, that are not exported, with the reason.
var LeftOut = map[string]string{
	"events.event_id":  "the row number in SQLite; nothing refers to it",
	"search_index":     "derived from the events: built again after the import",
	"search_positions": "the progress of search_index: empty after the import",
	"search_versions":  "the versions of search_index",
	"search_tasks":     "tasks are kept for an hour; clients start open searches again",
	"search_results":   "the results of search_tasks",
	"server_identity":  "the PostgreSQL server that the database is on",
	"goose_db_version": "the applied migrations, which each database records itself",
	"sqlite_sequence":  "SQLite's sequence for search_positions",
}

// Counts are the numbers of rows of each table.
type Counts struct {
	Accounts int64 `json:"accounts"`
	Sessions int64 `json:"sessions"`
	Chats    int64 `json:"chats"`
	Users    int64 `json:"chat_users"`
	Events   int64 `json:"events"`
}
