-- +goose Up

-- The search tasks. status is 1 WAITING, 2 IN_PROCESS, 3 SUCCESS, 4 FAILED. Results are ordered by the message's
-- created_at and its message_id; the defaults of confirmed_* come before all results.
CREATE TABLE search_tasks (
    task_id              BLOB PRIMARY KEY,
    account_id           BLOB NOT NULL REFERENCES accounts,
    text                 TEXT NOT NULL,
    chat_id              BLOB,
    user_name            TEXT NOT NULL,
    sent_after           INTEGER,
    sent_before          INTEGER,
    created_at           INTEGER NOT NULL,
    confirmed            INTEGER NOT NULL,
    status               INTEGER NOT NULL DEFAULT 1,
    attempt              INTEGER NOT NULL DEFAULT 0,
    lease_ends_at        INTEGER,
    published_again      INTEGER NOT NULL DEFAULT 0,
    due_at               INTEGER,
    ended_at             INTEGER,
    newest_created_at    INTEGER NOT NULL DEFAULT 0,
    newest_message_id    BLOB NOT NULL DEFAULT (zeroblob(16)),
    oldest_created_at    INTEGER NOT NULL DEFAULT 0,
    oldest_message_id    BLOB NOT NULL DEFAULT (zeroblob(16)),
    confirmed_created_at INTEGER NOT NULL DEFAULT 9223372036854775807,
    confirmed_message_id BLOB NOT NULL DEFAULT x'ffffffffffffffffffffffffffffffff'
) STRICT, WITHOUT ROWID;
CREATE INDEX search_tasks_open ON search_tasks (account_id) WHERE confirmed = 1 AND ended_at IS NULL;
CREATE INDEX search_tasks_due ON search_tasks (coalesce(lease_ends_at, due_at, created_at))
    WHERE confirmed = 1 AND ended_at IS NULL;
CREATE INDEX search_tasks_ended ON search_tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX search_tasks_unconfirmed ON search_tasks (created_at) WHERE confirmed = 0;
CREATE INDEX search_tasks_status ON search_tasks (status) WHERE confirmed = 1;

-- The results of the tasks, until the client has received them.
CREATE TABLE search_results (
    task_id    BLOB NOT NULL REFERENCES search_tasks ON DELETE CASCADE,
    attempt    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    message_id BLOB NOT NULL,
    chat_id    BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (task_id, attempt, created_at, message_id)
) STRICT, WITHOUT ROWID;

-- The last event of each chat that is indexed. chat_number is the chat's number in search_index and is never reused.
CREATE TABLE search_positions (
    chat_number INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     BLOB NOT NULL UNIQUE REFERENCES chats,
    seq         INTEGER NOT NULL
) STRICT;

-- The rowid is chat_number * 2^32 + seq: so the messages of a chat are adjacent, in the order of its log. Each token
-- is the chat_number and a term of internal/words, as in 12·word; the tokenizer only splits at spaces.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, created_at UNINDEXED, message_id UNINDEXED, user_id UNINDEXED,
    content='', contentless_delete=1, contentless_unindexed=1, tokenize='ascii'
);

-- +goose Down
DROP TABLE search_index;
-- DROP TABLE of an FTS5 table does not drop the table of its unindexed columns.
DROP TABLE IF EXISTS search_index_content;
DROP TABLE search_positions;
DROP TABLE search_results;
DROP TABLE search_tasks;
