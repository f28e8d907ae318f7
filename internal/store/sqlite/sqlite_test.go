package sqlite

import (
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) messenger.Store { return open(t, t.TempDir()) })
}
