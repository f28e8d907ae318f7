-- Ids are BLOBs of 16 bytes, times are microseconds since 1970 in UTC.

-- +goose Up
CREATE TABLE accounts (
    account_id    BLOB PRIMARY KEY,
    user_name     TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The built-in account. Nobody can log in to it, since its hash is empty, and its name can't be registered.
INSERT INTO accounts (account_id, user_name, password_hash, created_at)
VALUES (x'00000000000000000000000000000001', 'anonymous', '', CAST(unixepoch('subsec') * 1000000 AS INTEGER));

CREATE TABLE sessions (
    token_hash    BLOB PRIMARY KEY,
    session_id    BLOB NOT NULL UNIQUE,
    account_id    BLOB NOT NULL REFERENCES accounts,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    logged_out_at INTEGER,
    address       TEXT NOT NULL,
    user_agent    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_open ON sessions (account_id, expires_at) WHERE logged_out_at IS NULL;
CREATE INDEX sessions_end ON sessions (min(expires_at, coalesce(logged_out_at, expires_at)));

CREATE TABLE chats (
    chat_id    BLOB PRIMARY KEY,
    chat_name  TEXT NOT NULL,
    created_by BLOB NOT NULL REFERENCES accounts,
    created_at INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_users (
    chat_id    BLOB NOT NULL REFERENCES chats,
    user_id    BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts,
    user_name  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id),
    UNIQUE (chat_id, user_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_users_account ON chat_users (account_id, chat_id);

-- The log of each chat. kind 1 is a message, and only that kind must have the columns of a message; other kinds will
-- be added. event_id is an integer key, which a full-text index needs. There are no foreign keys: inserts are validated
-- in the one write transaction, and a check per row would slow each send.
CREATE TABLE events (
    event_id          INTEGER PRIMARY KEY,
    chat_id           BLOB NOT NULL,
    seq               INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    account_id        BLOB NOT NULL,
    user_id           BLOB,
    message_id        BLOB,
    client_message_id TEXT,
    text              TEXT,
    UNIQUE (chat_id, seq),
    CONSTRAINT events_message_is_whole
        CHECK (kind <> 1 OR (user_id IS NOT NULL AND message_id IS NOT NULL AND text IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX events_message ON events (message_id) WHERE kind = 1;
CREATE UNIQUE INDEX events_client_message ON events (chat_id, account_id, client_message_id)
    WHERE client_message_id IS NOT NULL;

-- +goose Down
DROP TABLE events;
DROP TABLE chat_users;
DROP TABLE chats;
DROP TABLE sessions;
DROP TABLE accounts;
