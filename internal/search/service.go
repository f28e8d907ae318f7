package search

import (
	"context"
	"errors"
	"log/slog"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue"
	"messenger-api/internal/words"
)

// The contract's limits of texts, in characters, and of tasks per account.
const (
	textMinCharacters = 4
	textMinUnspaced   = 2 // of scripts without spaces between words
	textMaxCharacters = 1024
	maxOpenTasks      = 20
	maxEndedTasks     = 50
)

// publishDeadline bounds storing and publishing a new task:
// the client has to get a response within two seconds.
const publishDeadline = 1700 * time.Millisecond

// Options are the settings of searching.
type Options struct {
	// ResultTTL is how long a task is stored after its end.
	ResultTTL time.Duration
	// MaxResults is the maximum number of results of a task; it keeps the newest ones.
	MaxResults int
	// Hooks are called for metrics.
	Hooks Hooks
	// Clock returns the current time; nil for time.Now.
	Clock func() time.Time
	// Requests returns how many requests this process has served so far; nil if it serves none. While the number grows,
	// an Indexer throttles the filling of an index. It is called often, and concurrently.
	Requests func() int64
}

// Hooks are functions that are called on events. They are called concurrently and must return quickly; each may be nil.
type Hooks struct {
	// TaskEnded is called when a consumer has ended a task, with the time since the task's creation; 0 for a task
	// that failed.
	TaskEnded func(status Status, took time.Duration)
	// IndexLag is called when an Indexer has listed the chats with new messages, with the number of their unindexed
	// messages.
	IndexLag func(messages int64)
}

// Service starts searches and returns their state and results. It is safe for concurrent use.
type Service struct {
	store   Store
	results Results
	queue   queue.Queue
	options Options
	log     *slog.Logger
}

// NewService makes a Service. results may be the store itself. The caller closes
// the arguments after the last use of the Service.
func NewService(store Store, results Results, queue queue.Queue, options Options, log *slog.Logger) *Service {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Service{store, results, queue, options, log}
}

func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }

// Start accepts a search and returns its task once it is durable. Errors:
// bad-parameters, request-limit-exceeded (too many open tasks),
// service-unavailable (the queue or the database is down; then there is no task).
func (s *Service) Start(ctx context.Context, account messenger.ID, request Request) (messenger.ID, error) {
	if err := request.clean(); err != nil {
		return messenger.ID{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, publishDeadline)
	defer cancel()
	task := Task{ID: messenger.NewID(), AccountID: account, Request: request, CreatedAt: s.now()}
	err := s.accept(ctx, task)
	if err == nil {
		s.prune(ctx, account)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return task.ID, err
}

// accept stores and publishes a task. With a durable queue, the task is confirmed in the
// database after its publication is. Else the task's row alone makes it durable: if the queue loses
// the message, the Sweeper publishes the task again.
func (s *Service) accept(ctx context.Context, task Task) error {
	if !s.queue.Durable() {
		if err := s.store.CreateTask(ctx, task, true, maxOpenTasks); err != nil {
			return err
		}
		if err := s.queue.Publish(ctx, task.ID); err != nil {
			s.log.WarnContext(ctx, "a search was not published to the queue; the sweeper will publish it", "error", err)
		}
		return nil
	}
	if err := s.store.CreateTask(ctx, task, false, maxOpenTasks); err != nil {
		return err
	}
	err := s.queue.Publish(ctx, task.ID)
	if err == nil {
		err = s.store.ConfirmTask(ctx, task.ID, maxOpenTasks)
		if errors.Is(err, errs.ErrTaskNotFound) { // a node whose clock is ahead has swept it
			err = errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
		}
	} else {
		err = errs.ErrServiceUnavailable.WithDetails("the queue does not answer").After(time.Second).WithCause(err)
	}
	if err != nil {
		s.abandon(ctx, task.ID)
	}
	return err
}

// prune deletes the oldest ended tasks of the account beyond maxEndedTasks, with their results.
func (s *Service) prune(ctx context.Context, account messenger.ID) {
	pruned, err := s.store.PruneTasks(ctx, account, maxEndedTasks)
	for _, task := range pruned {
		err = errors.Join(err, s.results.DeleteResults(ctx, task.ID, task.Attempt, afterAll()))
	}
	if err != nil {
		s.log.DebugContext(ctx, "old searches were not pruned; retried with the next search", "error", err)
	}
}

// abandon deletes a task that was not accepted. If that fails, the Sweeper
// deletes it.
func (s *Service) abandon(ctx context.Context, task messenger.ID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 200*time.Millisecond)
	defer cancel()
	if err := s.store.DeleteTask(ctx, task); err != nil {
		s.log.DebugContext(ctx, "a search that was not accepted was not deleted; the sweeper will delete it", "error", err)
	}
}

// clean validates the request and normalises the name
// as stored names are.
func (r *Request) clean() error {
	switch characters := utf8.RuneCountInString(r.Text); {
	case characters < textMinCharacters && words.CountUnspaced(r.Text) < textMinUnspaced:
		return errs.ErrBadParameters.WithDetails("message must have more than %d characters, "+
			"or %d of a script without spaces between words", textMinCharacters-1, textMinUnspaced)
	case characters > textMaxCharacters:
		return errs.ErrBadParameters.WithDetails("message has more than %d characters", textMaxCharacters)
	}
	r.UserName = norm.NFC.String(r.UserName)
	if utf8.RuneCountInString(r.UserName) > messenger.NameMaxCharacters {
		return errs.ErrBadParameters.WithDetails("user_name has more than %d characters", messenger.NameMaxCharacters)
	}
	return nil
}

// State is the progress of a task.
type State struct {
	Status Status
	// Done is the fraction of the work that is done, 0 to 1.
	Done float64
	// More says of a task that succeeded that it left out older matching messages.
	More bool
}

// State returns the state of a task of the account. Errors: task-not-found.
func (s *Service) State(ctx context.Context, account, task messenger.ID) (State, error) {
	found, err := s.task(ctx, account, task)
	state := State{found.Status, found.Done, found.More}
	if state.Status == Waiting && state.Done > 0 {
		state.Status = InProcess // it waits for its next time slice
	}
	return state, err
}

// The interval at which Await polls a task. Each is a quarter longer than the one before, so that
// the caller learns of the end at most about a fifth of the time later than it could.
const (
	minPollInterval = 4 * time.Millisecond
	maxPollInterval = 100 * time.Millisecond
)

// Await waits for the end of a task, for timeout at most, and returns its
// status then. Errors: task-not-found.
func (s *Service) Await(ctx context.Context, account, task messenger.ID, timeout time.Duration) (Status, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for pause := minPollInterval; ; pause = min(pause+pause/4, maxPollInterval) {
		state, err := s.State(ctx, account, task)
		status := state.Status
		if err != nil || status.Ended() {
			return status, err
		}
		select {
		case <-time.After(pause):
		case <-timer.C:
			return status, nil
		case <-ctx.Done():
			return status, nil // no error: the status read last is the answer
		}
	}
}

// task returns an account's task that has not expired.
func (s *Service) task(ctx context.Context, account, id messenger.ID) (Task, error) {
	task, err := s.store.Task(ctx, id)
	if err != nil {
		return task, err
	}
	expired := task.Status.Ended() && !s.now().Before(task.EndedAt.Add(s.options.ResultTTL))
	if task.AccountID != account || expired {
		return Task{}, errs.ErrTaskNotFound
	}
	return task, nil
}
