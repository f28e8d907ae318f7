-- +goose Up
-- Chats and accounts are of very unequal sizes, of which an average tells nothing: after a day of chats with one user
-- each, the planner would look for a user through any index that begins with the chat, and read all of a chat of ten
-- thousand. Without statistics of these columns it takes each of their values for a two-hundredth of its table, in which
-- nothing but a whole key is quick.
ALTER TABLE chat_users ALTER COLUMN chat_id SET STATISTICS 0, ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE events ALTER COLUMN chat_id SET STATISTICS 0, ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN account_id SET STATISTICS 0;
ALTER TABLE search_tasks ALTER COLUMN account_id SET STATISTICS 0;

-- +goose Down
ALTER TABLE chat_users ALTER COLUMN chat_id SET STATISTICS -1, ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE events ALTER COLUMN chat_id SET STATISTICS -1, ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE sessions ALTER COLUMN account_id SET STATISTICS -1;
ALTER TABLE search_tasks ALTER COLUMN account_id SET STATISTICS -1;
