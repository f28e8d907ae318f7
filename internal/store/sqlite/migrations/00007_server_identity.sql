-- +goose Up
-- PostgreSQL's schema remembers which server it was written on; an embedded database is one file, so there is nothing to tell apart.
SELECT 1;

-- +goose Down
SELECT 1;
