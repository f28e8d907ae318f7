package httpkit

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"messenger-api/internal/budget"
	"messenger-api/internal/errs"
)

// Access says what a path asks of its caller.
type Access uint8

const (
	// Protected paths are for who has a session. Unknown paths are, too.
	Protected Access = iota
	// Public paths are for everybody, rate limited by address.
	Public
	// Exempt paths are for everybody and never rate limited: the health checks.
	Exempt
)

// Handler serves one operation. The error it returns is answered in the
// contract's form; where it has written something before, the connection is cut.
type Handler func(http.ResponseWriter, *http.Request) error

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Operation is a method and a path pattern that are served.
type Operation struct{ Method, Pattern string }

// Router finds the handler of a request. Fill it before it serves; then it is
// safe for concurrent use.
type Router struct {
	mux        *chi.Mux
	matches    sync.Pool // of *chi.Context, for what mux finds
	handlers   map[Operation]Handler
	access     map[string]Access
	operations []Operation
	observers  []Observer
	bodyMax    int64
	bodies     *budget.Budget[netip.Prefix]
}

// NewRouter makes an empty Router. bodyMax limits each request's body, in bytes.
func NewRouter(bodyMax int64) *Router {
	return &Router{
		mux: chi.NewRouter(), matches: sync.Pool{New: func() any { return chi.NewRouteContext() }},
		handlers: map[Operation]Handler{}, access: map[string]Access{}, bodyMax: bodyMax,
		bodies: newBodyBudget(),
	}
}

// Handle serves the method on the pattern; GET serves HEAD, too. A pattern that
// is not Protected must be a path without parameters.
func (r *Router) Handle(method, pattern string, access Access, handler Handler) {
	if access != Protected {
		r.access[pattern] = access
	}
	r.operations = append(r.operations, Operation{method, pattern})
	methods := []string{method}
	if method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	for _, method := range methods {
		r.mux.MethodFunc(method, pattern, r.notFound) // only the pattern is ever asked of it
		r.handlers[Operation{method, pattern}] = handler
	}
}

// AddObserver has observer called for each request, those that match no route included.
func (r *Router) AddObserver(observer Observer) { r.observers = append(r.observers, observer) }

// Operations lists what is served, in the order of the calls of Handle.
func (r *Router) Operations() []Operation { return r.operations }

// ServeHTTP implements http.Handler inside the chain of Serve. It asks mux for the
// pattern and calls the handler itself, since mux would copy the request to carry
// what it found.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	match := r.matches.Get().(*chi.Context)
	match.Reset()
	pattern := r.mux.Find(match, request.Method, routedPath(request))
	handler, found := r.handlers[Operation{request.Method, pattern}]
	if !found {
		r.matches.Put(match)
		r.notFound(w, request)
		return
	}
	info := InfoFrom(request.Context())
	info.Route, info.match, info.bodies = pattern, match, r.bodies
	switch {
	case request.ContentLength > r.bodyMax:
		request.Body = tooLargeBody{request.Body, r.bodyMax}
	case request.Body != nil && request.Body != http.NoBody:
		request.Body = http.MaxBytesReader(w, request.Body, r.bodyMax)
	}
	if err := handler(w, request); err != nil {
		WriteError(w, request, err)
	}
	info.match = nil
	r.matches.Put(match)
}

// tooLargeBody is a body whose length says that it is: nothing of it is waited for.
type tooLargeBody struct {
	io.Closer

	limit int64
}

// Read implements io.Reader. It fails as http.MaxBytesReader does.
func (t tooLargeBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: t.limit} }

// Param returns the value that a path has for a parameter of its pattern. Only the
// handler may ask.
func Param(r *http.Request, name string) string { return InfoFrom(r.Context()).match.URLParam(name) }

// normalizeURL undoes escapes that mean nothing, such as %70 for p: two spellings of
// one path must not be two paths. An escaped slash stays what it is.
func normalizeURL(u *url.URL) *url.URL {
	if u.RawPath == "" || strings.Contains(strings.ToUpper(u.RawPath), "%2F") {
		return u
	}
	plain := *u
	plain.RawPath = ""
	return &plain
}

// routedPath is what the router goes by. An address without a path has the path /.
func routedPath(r *http.Request) string {
	if r.URL.RawPath != "" {
		return r.URL.RawPath
	}
	if r.URL.Path == "" {
		return "/"
	}
	return r.URL.Path
}

// notFound answers a path that does not exist, or not for this method.
func (r *Router) notFound(w http.ResponseWriter, request *http.Request) {
	path := routedPath(request)
	var allowed []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		if r.mux.Match(chi.NewRouteContext(), method, path) {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		WriteError(w, request, errs.ErrNotFound)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	WriteError(w, request, errs.ErrMethodNotAllowed)
}
