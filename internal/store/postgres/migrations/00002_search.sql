-- +goose Up
-- The search tasks. status is 1 WAITING, 2 IN_PROCESS, 3 SUCCESS, 4 FAILED. Results are ordered by the message's
-- created_at, in microseconds since 1970, and its message_id; the defaults of confirmed_* come before all results.
CREATE TABLE search_tasks (
    task_id              uuid PRIMARY KEY,
    account_id           uuid NOT NULL REFERENCES accounts,
    text                 text NOT NULL,
    chat_id              uuid,
    user_name            text COLLATE "C" NOT NULL,
    sent_after           timestamptz,
    sent_before          timestamptz,
    created_at           timestamptz NOT NULL,
    confirmed            boolean NOT NULL,
    status               smallint NOT NULL DEFAULT 1,
    attempt              integer NOT NULL DEFAULT 0,
    lease_ends_at        timestamptz,
    published_again      integer NOT NULL DEFAULT 0,
    due_at               timestamptz,
    ended_at             timestamptz,
    newest_created_at    bigint NOT NULL DEFAULT 0,
    newest_message_id    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    oldest_created_at    bigint NOT NULL DEFAULT 0,
    oldest_message_id    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    confirmed_created_at bigint NOT NULL DEFAULT 9223372036854775807,
    confirmed_message_id uuid NOT NULL DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff'
);
CREATE INDEX search_tasks_open ON search_tasks (account_id) WHERE confirmed AND ended_at IS NULL;
CREATE INDEX search_tasks_due ON search_tasks (coalesce(lease_ends_at, due_at, created_at))
    WHERE confirmed AND ended_at IS NULL;
CREATE INDEX search_tasks_ended ON search_tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX search_tasks_unconfirmed ON search_tasks (created_at) WHERE NOT confirmed;

-- The results of the tasks, until the client has received them.
CREATE TABLE search_results (
    task_id    uuid NOT NULL,
    attempt    integer NOT NULL,
    created_at bigint NOT NULL,
    message_id uuid NOT NULL,
    chat_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    PRIMARY KEY (task_id, attempt, created_at, message_id)
);

-- The full-text index is derived from the logs. seq is the last event of the chat that is indexed.
CREATE TABLE search_positions (
    chat_id uuid PRIMARY KEY,
    seq     bigint NOT NULL
) WITH (fillfactor = 50);

-- words has a message's terms and, so that the index can find the words of one chat, a lexeme of '#' and the chat's id. created_at is in microseconds since 1970.
CREATE TABLE search_index (
    chat_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    message_id uuid NOT NULL,
    created_at bigint NOT NULL,
    user_id    uuid NOT NULL,
    words      tsvector NOT NULL,
    PRIMARY KEY (chat_id, seq)
);
-- Without a pending list (fastupdate), which each search would scan.
CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off);
-- Plans are generic, made without the parameters, so statistics of the words are of no use.
ALTER TABLE search_index ALTER COLUMN words SET STATISTICS 0;

-- +goose Down
DROP TABLE search_index, search_positions, search_results, search_tasks;
