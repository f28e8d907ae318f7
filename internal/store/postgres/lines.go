package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// writers is how many batches may be under way at once on lines of their own, where
// the pool is large enough: one takes all messages while it is not stuck, and two
// are beside it. On each line another batch may follow the first at once.
const (
	writers        = 3
	underwayOnLine = 2
)

// stuckAfter is how long a batch may be under way before nothing is put behind it.
const stuckAfter = 50 * time.Millisecond

// lines choose the line of a batch. They are safe for concurrent use.
type lines struct {
	all    []*line
	tracer pgx.BatchTracer // nil for nobody

	mu sync.Mutex
	// begun is when each batch of a line was put on it, the oldest first.
	begun [][]time.Time
}

// newLines makes as many lines as there are writers, and leaves a connection of
// the pool to everybody else.
func newLines(pool *pgxpool.Pool, server func() int, connections int, tracer pgx.QueryTracer) *lines {
	count := max(min(writers, connections-1), 1)
	l := &lines{all: make([]*line, count), begun: make([][]time.Time, count)}
	l.tracer, _ = tracer.(pgx.BatchTracer)
	for i := range l.all {
		l.all[i] = newLine(pool, server)
	}
	return l
}

// take finds a line: the first one that has room and is not stuck, else the one
// with the fewest batches. The caller calls leave when it is done with it.
func (l *lines) take() (taken *line, leave func()) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	best := 0
	for i, begun := range l.begun {
		if len(begun) < underwayOnLine && (len(begun) == 0 || now.Sub(begun[0]) < stuckAfter) {
			best = i
			break
		}
		if len(begun) < len(l.begun[best]) {
			best = i
		}
	}
	l.begun[best] = append(l.begun[best], now)
	return l.all[best], func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		at := slices.Index(l.begun[best], now)
		l.begun[best] = slices.Delete(l.begun[best], at, at+1)
	}
}

// batchTrace tells the tracer of a batch, as the driver does of its own.
type batchTrace struct {
	tracer pgx.BatchTracer
	ctx    context.Context
}

func (l *lines) trace(ctx context.Context) batchTrace {
	if l.tracer == nil {
		return batchTrace{}
	}
	return batchTrace{l.tracer, l.tracer.TraceBatchStart(ctx, nil, pgx.TraceBatchStartData{})}
}

func (t batchTrace) end(err error, statements ...string) {
	if t.tracer == nil {
		return
	}
	for _, statement := range statements {
		t.tracer.TraceBatchQuery(t.ctx, nil, pgx.TraceBatchQueryData{SQL: statement, Err: err})
	}
	t.tracer.TraceBatchEnd(t.ctx, nil, pgx.TraceBatchEndData{Err: err})
}
