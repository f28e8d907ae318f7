-- +goose Up
-- Which server this service last wrote to, in at most one row: its system identifier, its timeline, and a random
-- mark of the service's first connection on that timeline. A server that is promoted by mistake has another one.
CREATE TABLE server_identity (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    system_identifier text NOT NULL,
    timeline          bigint NOT NULL,
    mark              uuid NOT NULL,
    written_at        timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE server_identity;
