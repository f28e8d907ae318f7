-- +goose Up

-- Since when nobody can log in to the account. An older binary, which does not know the column, works without it.
ALTER TABLE accounts ADD COLUMN disabled_at INTEGER;

-- +goose Down
ALTER TABLE accounts DROP COLUMN disabled_at;
