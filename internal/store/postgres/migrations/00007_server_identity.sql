-- +goose Up
-- The server that this service last wrote to, in at most one row: its system identifier, its timeline, and a random id
-- that the service made when it first connected on that timeline. A second server that is promoted to the same timeline
-- gets another mark.
CREATE TABLE server_identity (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    system_identifier text NOT NULL,
    timeline          bigint NOT NULL,
    mark              uuid NOT NULL,
    written_at        timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE server_identity;
