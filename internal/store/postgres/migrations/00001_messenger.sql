-- +goose Up
CREATE TABLE accounts (
    account_id    uuid PRIMARY KEY,
    user_name     text COLLATE "C" NOT NULL UNIQUE,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);

-- The built-in account. Nobody can log in to it, since its hash is empty, and its name can't be registered.
INSERT INTO accounts (account_id, user_name, password_hash, created_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'anonymous', '', now());

CREATE TABLE sessions (
    token_hash    bytea PRIMARY KEY,
    session_id    uuid NOT NULL UNIQUE,
    account_id    uuid NOT NULL REFERENCES accounts,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    logged_out_at timestamptz,
    address       text NOT NULL,
    user_agent    text NOT NULL
);
CREATE INDEX sessions_open ON sessions (account_id, expires_at) WHERE logged_out_at IS NULL;
CREATE INDEX sessions_end ON sessions (LEAST(expires_at, logged_out_at));

-- Each send updates last_seq: the free space makes that a HOT update, which adds no index entry.
CREATE TABLE chats (
    chat_id    uuid PRIMARY KEY,
    chat_name  text NOT NULL,
    created_by uuid NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL,
    last_seq   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE chat_users (
    chat_id    uuid NOT NULL REFERENCES chats,
    user_id    uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts,
    user_name  text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, user_id),
    UNIQUE (chat_id, user_name)
);
CREATE INDEX chat_users_account ON chat_users (account_id, chat_id);

-- The log of each chat. kind 1 is a message, and only that kind must have the columns of a message; other kinds will
-- be added. There are no foreign keys: inserts are validated under the chat's lock, and a check per row would slow each send.
CREATE TABLE events (
    chat_id           uuid NOT NULL,
    seq               bigint NOT NULL,
    kind              smallint NOT NULL,
    created_at        timestamptz NOT NULL,
    account_id        uuid NOT NULL,
    user_id           uuid,
    message_id        uuid,
    client_message_id text COLLATE "C",
    text              text,
    PRIMARY KEY (chat_id, seq),
    CONSTRAINT events_message_is_whole
        CHECK (kind <> 1 OR (user_id IS NOT NULL AND message_id IS NOT NULL AND text IS NOT NULL))
);
CREATE UNIQUE INDEX events_message ON events (message_id) WHERE kind = 1;
CREATE UNIQUE INDEX events_client_message ON events (chat_id, account_id, client_message_id)
    WHERE client_message_id IS NOT NULL;

-- +goose Down
DROP TABLE events, chat_users, chats, sessions, accounts;
