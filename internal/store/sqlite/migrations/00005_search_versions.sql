-- +goose Up

-- The indexes of words that stand, and the version of the analyser that made each; their tables' names end with the
-- suffix. used grows with each version that is put to use. An index of before was made by an unknown one.
CREATE TABLE search_versions (
    version TEXT PRIMARY KEY,
    suffix  TEXT NOT NULL UNIQUE,
    used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO search_index (search_index) VALUES ('delete-all');
DELETE FROM search_positions;

-- +goose Down
DROP TABLE search_versions;
