-- +goose Up

-- The search indexes that exist, and the version of the analyser that made each; suffix is the suffix of their tables'
-- names. used orders the versions by when each was last put to use. An index of an earlier schema has no known version.
CREATE TABLE search_versions (
    version TEXT PRIMARY KEY,
    suffix  TEXT NOT NULL UNIQUE,
    used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO search_index (search_index) VALUES ('delete-all');
DELETE FROM search_positions;

-- +goose Down
DROP TABLE search_versions;
