-- +goose Up
-- PostgreSQL only: it records the server that the database was written on.
SELECT 1;

-- +goose Down
SELECT 1;
