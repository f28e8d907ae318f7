package transfer

// Version is that of the format. It changes with what a line holds, so that an
// older binary refuses what it would lose.
const Version = 1

// Tables are what is carried, with the columns of each, in the order of the file.
// A row comes after those that it speaks of.
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

// Table is one table of the schema and its columns that are carried.
type Table struct {
	Name    string
	Columns []string
}

// LeftOut are the tables, and the columns as table.column, that are not carried,
// with the reason.
var LeftOut = map[string]string{
	"events.event_id":  "SQLite's own number of a row; nothing else names it",
	"search_index":     "a view of the events: it fills itself after the import",
	"search_positions": "how far that view has come: not at all, after the import",
	"search_versions":  "which analysers made it",
	"search_tasks":     "a search lives for an hour; one that was open is asked again",
	"search_results":   "what those searches found",
	"server_identity":  "which PostgreSQL server the database is on; the other one is on another",
	"goose_db_version": "the schema's steps: the other database has its own",
	"sqlite_sequence":  "SQLite's own, for the numbers in search_positions",
}

// Counts are the rows of each table.
type Counts struct {
	Accounts int64 `json:"accounts"`
	Sessions int64 `json:"sessions"`
	Chats    int64 `json:"chats"`
	Users    int64 `json:"chat_users"`
	Events   int64 `json:"events"`
}
