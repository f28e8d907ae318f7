-- +goose Up
-- The search indexes that exist, and the version of the analyser that made each; suffix is the suffix of their tables'
-- names. used orders the versions by when each was last put to use. An index of an earlier schema has no known version.
CREATE TABLE search_versions (
    version text COLLATE "C" PRIMARY KEY,
    suffix  text COLLATE "C" NOT NULL UNIQUE,
    used    bigint NOT NULL
);
TRUNCATE search_index, search_positions;

-- +goose Down
DROP TABLE search_versions;
