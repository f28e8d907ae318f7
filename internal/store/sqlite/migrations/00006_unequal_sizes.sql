-- +goose Up
-- PostgreSQL only: it turns off statistics of some columns, and SQLite keeps none without ANALYZE.
SELECT 1;

-- +goose Down
SELECT 1;
