package postgres

import (
	"context"
	"fmt"

	"messenger-api/internal/messenger"
)

// AppendMessages implements messenger.Store: one round trip, one transaction. The fast
// path takes all of the batch or nothing. Where a constraint stops it, the validated path
// judges each message; where a lock does, the batch goes again and skips the chats that
// others have locked.
func (s *Store) AppendMessages(ctx context.Context, messages []messenger.Message) ([]messenger.AppendResult, error) {
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, s.failure(fmt.Errorf("get a connection for a batch: %w", err))
	}
	defer connection.Release()
	appended, err := appendFast(ctx, connection.Conn(), messages)
	if violatesAny(err) {
		appended, err = appendValidated(ctx, connection.Conn(), messages, lockTimeout)
	}
	if waitedInVain(err) {
		appended, err = appendSkipLocked(ctx, connection.Conn(), messages)
	}
	if err != nil {
		return nil, s.appendFailure(err)
	}
	return appended, nil
}
