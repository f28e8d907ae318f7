-- +goose Up
-- The indexes of words that stand, and the version of the analyser that made each; their tables' names end with the
-- suffix. used grows with each version that is put to use. An index of before was made by an unknown one.
CREATE TABLE search_versions (
    version text COLLATE "C" PRIMARY KEY,
    suffix  text COLLATE "C" NOT NULL UNIQUE,
    used    bigint NOT NULL
);
TRUNCATE search_index, search_positions;

-- +goose Down
DROP TABLE search_versions;
