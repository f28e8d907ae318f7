-- +goose Up

-- filling is 1 while an index is filled in bulk, so that a process that starts in the middle goes on in bulk.
ALTER TABLE search_versions ADD COLUMN filling INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE search_versions DROP COLUMN filling;
