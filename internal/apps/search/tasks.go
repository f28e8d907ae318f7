package search

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func (a *app) start(w http.ResponseWriter, r *http.Request) error {
	if decision := a.starts.Take(r.Context(), apps.CallerKey(httpkit.InfoFrom(r.Context()))); !decision.OK {
		return errs.ErrRequestLimit.After(decision.Wait).WithDetails("too many searches a minute")
	}
	body, err := httpkit.Decode[SearchCreation](r)
	if err != nil {
		return err
	}
	request, err := requestOf(body)
	if err != nil {
		return err
	}
	task, err := a.service.Start(r.Context(), account(r), request)
	if err != nil {
		return err
	}
	started := StartedSearch{TaskID: task.String()}
	if seconds, ok := waitPreferred(r.Header.Values("Prefer")); ok {
		status, err := a.service.Await(r.Context(), account(r), task, time.Duration(seconds)*time.Second)
		// The search is accepted: an error of waiting for its status must not hide that.
		if err == nil {
			known := TaskStatus(status.String())
			started.Status = &known
			w.Header().Set("Preference-Applied", preferenceApplied(seconds))
		}
	}
	return httpkit.Write(w, http.StatusCreated, started)
}

func (a *app) status(w http.ResponseWriter, r *http.Request) error {
	task, err := taskOf(r)
	if err != nil {
		return err
	}
	state, err := a.service.State(r.Context(), account(r), task)
	if err != nil {
		return err
	}
	setNoStore(w)
	return httpkit.Write(w, http.StatusOK, SearchStatus{Status: TaskStatus(state.Status.String()), Progress: state.Done, More: state.More})
}

// requestOf converts a request's body. The service validates the text.
func requestOf(body SearchCreation) (search.Request, error) {
	request := search.Request{Text: body.Message}
	if body.ChatID != nil {
		chat, ok := messenger.ParseID(*body.ChatID)
		if !ok {
			return request, errs.ErrBadParameters.WithDetails("chat_id is not an id: 32 hexadecimal digits, or a UUID")
		}
		if chat == (messenger.ID{}) {
			// In a Request the zero id means all chats. No chat has it, nor a new random one.
			chat = messenger.NewID()
		}
		request.ChatID = chat
	}
	if body.UserName != nil {
		if *body.UserName == "" {
			return request, errs.ErrBadParameters.WithDetails("user_name must not be empty where it is given")
		}
		request.UserName = *body.UserName
	}
	var err error
	if request.After, err = timeOf("after", body.After); err != nil {
		return request, err
	}
	request.Before, err = timeOf("before", body.Before)
	return request, err
}

// timePattern rejects forms that time.Parse accepts but RFC 3339 does not.
var timePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// firstTime is before every message. Earlier bounds are replaced by it: they mean the same,
// and may be out of range for a database.
var firstTime = time.Unix(1, 0).UTC()

// parseTime is time.Parse that also accepts leap seconds, which time.Time can't represent:
// one becomes the first second of the next minute. They occur only at the end of a UTC day.
func parseTime(text string) (time.Time, error) {
	const seconds = len("2006-01-02T15:04:")
	if len(text) < seconds+2 || text[seconds:seconds+2] != "60" {
		return time.Parse(time.RFC3339Nano, text)
	}
	before, err := time.Parse(time.RFC3339Nano, text[:seconds]+"59"+text[seconds+2:])
	if err != nil || before.UTC().Format("15:04:05") != "23:59:59" {
		return before, errors.Join(err, errNoLeapSecond)
	}
	return before.Add(time.Second), nil
}

var errNoLeapSecond = errors.New("no leap second can occur at this time")

// timeOf parses a bound on created_at; it is zero where it is not given. It is rounded
// up to microseconds, the precision of created_at.
func timeOf(name string, text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, nil
	}
	upper := strings.ToUpper(*text) // RFC 3339 allows a t and a z
	bound, err := parseTime(upper)
	if err != nil || !timePattern.MatchString(upper) {
		return bound, errs.ErrBadParameters.WithDetails("%s is not a time in the form of RFC 3339", name)
	}
	if bound = bound.UTC(); bound.Before(firstTime) {
		return firstTime, nil
	}
	return bound.Add(time.Microsecond - 1).Truncate(time.Microsecond), nil
}
