-- +goose Up
-- An index of an earlier version is built again.
DROP TABLE search_index, search_positions;

-- The last event of each chat that is indexed. chat_number is the chat's number in the index and is never reused;
-- newest_at is the greatest created_at of the indexed messages, in microseconds since 1970.
CREATE TABLE search_positions (
    chat_id     uuid PRIMARY KEY,
    chat_number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    seq         bigint NOT NULL,
    newest_at   bigint NOT NULL
) WITH (fillfactor = 50);

-- Each lexeme in words begins with the chat_number and the block of 4096 seqs, both in hexadecimal, as in 1f|word and
-- 1f.2|word (the block is left out where it is 0), so that a query reads only the entries of one block, however common
-- the word is elsewhere. 1f@ and a user_id is the author. created_at is in microseconds since 1970; newest_at is the greatest one up to this seq.
CREATE TABLE search_index (
    chat_number bigint NOT NULL,
    seq         bigint NOT NULL,
    created_at  bigint NOT NULL,
    newest_at   bigint NOT NULL,
    message_id  uuid NOT NULL,
    words       tsvector NOT NULL,
    PRIMARY KEY (chat_number, seq)
);
-- Without a pending list (fastupdate), which each search would scan.
CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off);
-- Plans are generic, made without the parameters, so statistics of the words are of no use.
ALTER TABLE search_index ALTER COLUMN words SET STATISTICS 0;

-- done is the progress of a task, 0 to 1; progress is the checkpoint from which the next attempt resumes, and tries
-- the number of attempts since the checkpoint. more: the task succeeded and there are older matches that it left out.
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
