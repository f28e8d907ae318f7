-- +goose Up
-- An index made by a version before this one is made anew.
DROP TABLE search_index, search_positions;

-- Up to which event each chat is indexed. The number stands for the chat in the index and is never given
-- twice; newest_at is the greatest created_at of what is indexed, in microseconds since 1970.
CREATE TABLE search_positions (
    chat_id     uuid PRIMARY KEY,
    chat_number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    seq         bigint NOT NULL,
    newest_at   bigint NOT NULL
) WITH (fillfactor = 50);

-- Each term in words has its chat and its block of 4096 seqs before it, in hexadecimal digits, as in 1f|word and
-- 1f.2|word: what is asked for is what a block has of a word, however common it is elsewhere. 1f@ and a user_id is
-- the author. created_at is in microseconds since 1970; newest_at is the greatest one up to this seq.
CREATE TABLE search_index (
    chat_number bigint NOT NULL,
    seq         bigint NOT NULL,
    created_at  bigint NOT NULL,
    newest_at   bigint NOT NULL,
    message_id  uuid NOT NULL,
    words       tsvector NOT NULL,
    PRIMARY KEY (chat_number, seq)
);
-- Without a list of what is yet to be put in, which each search would read through.
CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off);
-- Statements are planned without their arguments: which words are frequent would be of no use.
ALTER TABLE search_index ALTER COLUMN words SET STATISTICS 0;

-- done is how far a task has come, 0 to 1, and progress what the next attempt goes on from; tries are the
-- attempts since then. more says that a task that succeeded has left out older messages.
ALTER TABLE search_tasks
    ADD COLUMN tries    integer NOT NULL DEFAULT 0,
    ADD COLUMN done     double precision NOT NULL DEFAULT 0,
    ADD COLUMN progress bytea,
    ADD COLUMN more     boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE search_tasks DROP COLUMN tries, DROP COLUMN done, DROP COLUMN progress, DROP COLUMN more;
DROP TABLE search_index, search_positions;
CREATE TABLE search_positions (
    chat_id uuid PRIMARY KEY,
    seq     bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE search_index (
    chat_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    message_id uuid NOT NULL,
    created_at bigint NOT NULL,
    user_id    uuid NOT NULL,
    words      tsvector NOT NULL,
    PRIMARY KEY (chat_id, seq)
);
CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off);
ALTER TABLE search_index ALTER COLUMN words SET STATISTICS 0;
