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

// The limits of the contract, in characters, and on how much may be under way.
const (
	textMinCharacters = 4
	textMinUnspaced   = 2 // where they are of scripts without spaces between words
	textMaxCharacters = 1024
	maxOpenTasks      = 20
	maxEndedTasks     = 50
)

// publishDeadline is how long a new task may take to be stored and published:
// its caller is answered within two seconds.
const publishDeadline = 1700 * time.Millisecond

// Options are the settings of searching.
type Options struct {
	// ResultTTL is how long a task is kept after its end.
	ResultTTL time.Duration
	// ResultsMost is how many results a task has at most, the newest ones.
	MaxResults int
	// Watch is told what happens.
	Hooks Hooks
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
}

// Watch counts. Its functions are called by many at once and must be quick; nil
// for nobody to tell.
type Hooks struct {
	// Ended: a consumer ended a task, so long after it was created; where it failed
	// that is not known, and 0.
	TaskEnded func(status Status, took time.Duration)
	// Behind: an Indexer looked at the chats with new messages, of which so many were
	// not indexed.
	IndexLag func(messages int64)
}

// Service is what callers may ask for. It is safe for concurrent use.
type Service struct {
	store   Store
	results Results
	queue   queue.Queue
	options Options
	log     *slog.Logger
}

// NewService makes a Service. results may be the store itself. It holds nothing
// to close: its parts are their owner's.
func NewService(store Store, results Results, queue queue.Queue, options Options, log *slog.Logger) *Service {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Service{store, results, queue, options, log}
}

func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }

// Start accepts a search and returns its task, once nothing can lose it. Errors:
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

// accept stores and publishes a task. A queue that keeps what it confirmed is
// asked first, and the task counts from then on; else the task's row is what is
// kept, and whatever becomes of the message, the row is published again.
func (s *Service) accept(ctx context.Context, task Task) error {
	if !s.queue.Durable() {
		if err := s.store.CreateTask(ctx, task, true, maxOpenTasks); err != nil {
			return err
		}
		if err := s.queue.Publish(ctx, task.ID); err != nil {
			s.log.WarnContext(ctx, "a search was not put into the queue, and waits for its next turn", "error", err)
		}
		return nil
	}
	if err := s.store.CreateTask(ctx, task, false, maxOpenTasks); err != nil {
		return err
	}
	err := s.queue.Publish(ctx, task.ID)
	if err == nil {
		err = s.store.ConfirmTask(ctx, task.ID, maxOpenTasks)
		if errors.Is(err, errs.ErrTaskNotFound) { // by the clock of some node it waited too long
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

// prune makes room for a new task: of those of the account that have ended the oldest go,
// with what they found.
func (s *Service) prune(ctx context.Context, account messenger.ID) {
	pruned, err := s.store.PruneTasks(ctx, account, maxEndedTasks)
	for _, task := range pruned {
		err = errors.Join(err, s.results.DeleteResults(ctx, task.ID, task.Attempt, afterAll()))
	}
	if err != nil {
		s.log.DebugContext(ctx, "old searches are deleted later", "error", err)
	}
}

// abandon deletes a task that nobody was told of. What it does not reach is
// deleted by the Sweeper.
func (s *Service) abandon(ctx context.Context, task messenger.ID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 200*time.Millisecond)
	defer cancel()
	if err := s.store.DeleteTask(ctx, task); err != nil {
		s.log.DebugContext(ctx, "a task that was not accepted is deleted later", "error", err)
	}
}

// clean refuses a request that can't be stored or is none, and brings the name
// into the form in which names are kept.
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

// State is how far a task has come.
type State struct {
	Status Status
	// Done is how much of the work is done, 0 to 1.
	Done float64
	// More says of a task that succeeded that it has left out older messages.
	More bool
}

// State tells how far a task of the account has come. Errors: task-not-found.
func (s *Service) State(ctx context.Context, account, task messenger.ID) (State, error) {
	found, err := s.task(ctx, account, task)
	state := State{found.Status, found.Done, found.More}
	if state.Status == Waiting && state.Done > 0 {
		state.Status = InProcess // it waits for its next turn
	}
	return state, err
}

// The pauses between two looks at a task that is waited for.
const (
	minPollInterval = 4 * time.Millisecond
	maxPollInterval = 100 * time.Millisecond
)

// Await waits for the end of a task, not longer than so long, and tells how far
// it has come then. Errors: task-not-found.
func (s *Service) Await(ctx context.Context, account, task messenger.ID, atMost time.Duration) (Status, error) {
	over := time.NewTimer(atMost)
	defer over.Stop()
	for pause := minPollInterval; ; pause = min(2*pause, maxPollInterval) {
		state, err := s.State(ctx, account, task)
		status := state.Status
		if err != nil || status.Ended() {
			return status, err
		}
		select {
		case <-time.After(pause):
		case <-over.C:
			return status, nil
		case <-ctx.Done():
			return status, nil // the caller's wait is over; what is known is the answer
		}
	}
}

// task finds an account's task that is still kept.
func (s *Service) task(ctx context.Context, account, id messenger.ID) (Task, error) {
	task, err := s.store.Task(ctx, id)
	if err != nil {
		return task, err
	}
	over := task.Status.Ended() && !s.now().Before(task.EndedAt.Add(s.options.ResultTTL))
	if task.AccountID != account || over {
		return Task{}, errs.ErrTaskNotFound
	}
	return task, nil
}
