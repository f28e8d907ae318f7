-- +goose Up
-- Since when nobody can log in to the account; a version that does not know the column goes on without it.
ALTER TABLE accounts ADD COLUMN disabled_at timestamptz;

-- +goose Down
ALTER TABLE accounts DROP COLUMN disabled_at;
