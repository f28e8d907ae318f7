-- +goose Up

-- An index made by a version before this one is made anew.
DROP TABLE search_index;
-- FTS5 leaves the table of an index's unindexed columns behind.
DROP TABLE IF EXISTS search_index_content;
DROP TABLE search_positions;

-- Up to which event each chat is indexed. The number stands for the chat in search_index, and is never given twice;
-- newest_at is the greatest created_at of what is indexed.
CREATE TABLE search_positions (
    chat_number INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     BLOB NOT NULL UNIQUE REFERENCES chats,
    seq         INTEGER NOT NULL,
    newest_at   INTEGER NOT NULL
) STRICT;

-- The rowid is chat_number * 2^32 + seq: so the messages of a chat stand together, in the order of its log. Each
-- token is a word of internal/words with the chat's number before it, as in 12·word, and the last one the author, as
-- in 12·· and the user_id; the tokenizer only splits them at the spaces. newest_at is the greatest created_at of the
-- chat up to this seq.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, created_at UNINDEXED, newest_at UNINDEXED, message_id UNINDEXED,
    content='', contentless_delete=1, contentless_unindexed=1, tokenize='ascii'
);

-- done is how far a task has come, 0 to 1, and progress what the next attempt goes on from; tries are the attempts
-- since then. more says that a task that succeeded has left out older messages.
ALTER TABLE search_tasks ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE search_tasks ADD COLUMN done REAL NOT NULL DEFAULT 0;
ALTER TABLE search_tasks ADD COLUMN progress BLOB;
ALTER TABLE search_tasks ADD COLUMN more INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE search_tasks DROP COLUMN tries;
ALTER TABLE search_tasks DROP COLUMN done;
ALTER TABLE search_tasks DROP COLUMN progress;
ALTER TABLE search_tasks DROP COLUMN more;
DROP TABLE search_index;
DROP TABLE IF EXISTS search_index_content;
DROP TABLE search_positions;
CREATE TABLE search_positions (
    chat_number INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     BLOB NOT NULL UNIQUE REFERENCES chats,
    seq         INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, created_at UNINDEXED, message_id UNINDEXED, user_id UNINDEXED,
    content='', contentless_delete=1, contentless_unindexed=1, tokenize='ascii'
);
