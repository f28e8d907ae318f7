-- +goose Up

-- The addresses of an account's recent log-ins. The index is partial so that the planner uses it for no other statement:
-- it has ended sessions in it, and the others read open ones.
CREATE INDEX sessions_recent ON sessions (account_id, created_at) WHERE address <> '';

-- The ended searches of an account, of which only the newest are kept.
CREATE INDEX search_tasks_kept ON search_tasks (account_id, ended_at) WHERE ended_at IS NOT NULL;

-- +goose Down
DROP INDEX search_tasks_kept;
DROP INDEX sessions_recent;
