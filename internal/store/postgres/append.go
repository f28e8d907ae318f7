package postgres

import (
	"context"
	"fmt"

	"messenger-api/internal/messenger"
)

// AppendMessages implements messenger.Store: one transaction in one round trip. The fast
// path stores the whole batch or nothing. After a constraint violation the batch is tried
// again on the validated path, which checks each message; after a lock timeout or a
// deadlock it is tried again without the chats that are locked.
func (s *Store) AppendMessages(ctx context.Context, messages []messenger.Message) ([]messenger.AppendResult, error) {
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, s.failure(fmt.Errorf("get a connection for a batch: %w", err))
	}
	defer connection.Release()
	appended, err := appendFast(ctx, connection.Conn(), messages)
	if isConstraintViolation(err) {
		appended, err = appendValidated(ctx, connection.Conn(), messages, lockTimeout)
	}
	if isLockFailure(err) {
		appended, err = appendSkipLocked(ctx, connection.Conn(), messages)
	}
	if err != nil {
		return nil, s.appendFailure(err)
	}
	return appended, nil
}
