// Package messenger is the domain: accounts and their sessions, chats, the
// users in a chat, and the log of events that every chat is.
//
// Service has the use cases and every permission check, so that each transport
// (HTTP today) obeys the same rules. Store is what it needs of a database; the
// implementations are in internal/store. Nothing here depends on HTTP or SQL.
//
// Terms: an account registers and logs in; a user is the name that an account
// takes in one chat, and an account may be several users of a chat; a session
// is one log-in.
package messenger
