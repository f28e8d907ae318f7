-- +goose Up

-- Where an account was logged in to from lately. It has a condition so that it is taken for nothing else: ended sessions
-- are in it, and other statements want the open ones.
CREATE INDEX sessions_recent ON sessions (account_id, created_at) WHERE address <> '';

-- The searches of an account that have ended: beyond a number the oldest makes room.
CREATE INDEX search_tasks_kept ON search_tasks (account_id, ended_at) WHERE ended_at IS NOT NULL;

-- +goose Down
DROP INDEX search_tasks_kept;
DROP INDEX sessions_recent;
