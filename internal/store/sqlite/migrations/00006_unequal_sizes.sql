-- +goose Up
-- PostgreSQL's planner needs to know something here; SQLite's keeps no statistics.
SELECT 1;

-- +goose Down
SELECT 1;
