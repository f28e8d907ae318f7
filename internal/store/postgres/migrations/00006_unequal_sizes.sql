-- +goose Up
-- Chats and accounts differ very much in size, so that averages mislead the planner: after a day of chats with one user
-- each, it would look up a user by any index that begins with chat_id, and read all users of a chat of ten thousand.
-- Without statistics of these columns it assumes that each value has a two-hundredth of the table's rows, and so uses
-- only indexes of which the statement gives the whole key (docs/adr/0012).
ALTER TABLE chat_users ALTER COLUMN chat_id SET STATISTICS 0, ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE events ALTER COLUMN chat_id SET STATISTICS 0, ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE search_tasks ALTER COLUMN account_id SET STATISTICS 0;

-- +goose Down
ALTER TABLE chat_users ALTER COLUMN chat_id SET STATISTICS -1, ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE events ALTER COLUMN chat_id SET STATISTICS -1, ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE sessions ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE search_tasks ALTER COLUMN account_id SET STATISTICS -1;
