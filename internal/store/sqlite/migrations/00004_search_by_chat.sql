-- +goose Up

-- An index of an earlier version is built again.
DROP TABLE search_index;
-- DROP TABLE of an FTS5 table does not drop the table of its unindexed columns.
DROP TABLE IF EXISTS search_index_content;
DROP TABLE search_positions;

-- The last event of each chat that is indexed. chat_number is the chat's number in search_index and is never reused;
-- newest_at is the greatest created_at of the indexed messages.
CREATE TABLE search_positions (
    chat_number INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id     BLOB NOT NULL UNIQUE REFERENCES chats,
    seq         INTEGER NOT NULL,
    newest_at   INTEGER NOT NULL
) STRICT;

-- The rowid is chat_number * 2^32 + seq: so the messages of a chat are adjacent, in the order of its log. Each token
-- is the chat_number and a term of internal/words, as in 12·word, and the last one the author, as in 12·· and the
-- user_id; the tokenizer only splits at spaces. newest_at is the greatest created_at of the chat up to this seq.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, created_at UNINDEXED, newest_at UNINDEXED, message_id UNINDEXED,
    content='', contentless_delete=1, contentless_unindexed=1, tokenize='ascii'
);

-- done is the progress of a task, 0 to 1; progress is the checkpoint from which the next attempt resumes, and tries
-- the number of attempts since the checkpoint. more: the task succeeded and there are older matches that it left out.
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
