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

// Access is the access rule of a path.
type Access uint8

const (
	// Protected paths require a session. Unknown paths are protected.
	Protected Access = iota
	// Public paths require no session, and are rate limited by address.
	Public
	// Exempt paths require no session and are not rate limited: the health checks.
	Exempt
)

// Handler serves one operation. The error it returns is written with WriteError.
type Handler func(http.ResponseWriter, *http.Request) error

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Operation is the method and the path pattern of an endpoint.
type Operation struct{ Method, Pattern string }

// Router calls the handler of a request. It is safe for concurrent use once all handlers
// and observers are added.
type Router struct {
	mux        *chi.Mux
	matches    sync.Pool // of *chi.Context, the results of mux.Find
	handlers   map[Operation]Handler
	access     map[string]Access
	operations []Operation
	observers  []Observer
	maxBody    int64
	bodies     *budget.Budget[netip.Prefix]
}

// NewRouter makes a Router. maxBody limits each request's body, in bytes.
func NewRouter(maxBody int64) *Router {
	return &Router{
		mux: chi.NewRouter(), matches: sync.Pool{New: func() any { return chi.NewRouteContext() }},
		handlers: map[Operation]Handler{}, access: map[string]Access{}, maxBody: maxBody,
		bodies: newBodyBudget(),
	}
}

// Handle registers the handler of an operation; that of GET serves HEAD, too. A pattern
// that is not Protected must not have parameters.
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
		r.mux.MethodFunc(method, pattern, r.notFound) // mux only finds patterns, and never calls this handler
		r.handlers[Operation{method, pattern}] = handler
	}
}

// AddObserver registers an observer of all requests, including those that match no route.
func (r *Router) AddObserver(observer Observer) { r.observers = append(r.observers, observer) }

// Operations lists the registered operations in the order of the calls of Handle.
func (r *Router) Operations() []Operation { return r.operations }

// ServeHTTP implements http.Handler; it needs the middleware of Serve around it. It only
// looks up the pattern with mux and calls the handler itself: mux would copy the request
// to add the match to its context.
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
	case request.ContentLength > r.maxBody:
		request.Body = tooLargeBody{request.Body, r.maxBody}
	case request.Body != nil && request.Body != http.NoBody:
		request.Body = http.MaxBytesReader(w, request.Body, r.maxBody)
	}
	if err := handler(w, request); err != nil {
		WriteError(w, request, err)
	}
	info.match = nil
	r.matches.Put(match)
}

// tooLargeBody replaces a body whose Content-Length exceeds the limit, so that it is refused
// without being read.
type tooLargeBody struct {
	io.Closer

	limit int64
}

// Read implements io.Reader. It fails as http.MaxBytesReader does.
func (t tooLargeBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: t.limit} }

// Param returns the value of a parameter of the path's pattern. It must be called from the
// handler of the request.
func Param(r *http.Request, name string) string { return InfoFrom(r.Context()).match.URLParam(name) }

// normalizeURL decodes unnecessary escapes, such as %70 for p, so that both spellings have
// the same access rule and handler. Paths with an escaped slash are left as they are.
func normalizeURL(u *url.URL) *url.URL {
	if u.RawPath == "" || strings.Contains(strings.ToUpper(u.RawPath), "%2F") {
		return u
	}
	plain := *u
	plain.RawPath = ""
	return &plain
}

// routedPath is the path that is routed. For an empty one it is /.
func routedPath(r *http.Request) string {
	if r.URL.RawPath != "" {
		return r.URL.RawPath
	}
	if r.URL.Path == "" {
		return "/"
	}
	return r.URL.Path
}

// notFound responds with not-found, or with method-not-allowed where the path exists for
// other methods.
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
