// Package apps has what the apps share. An app is a part of the service that the setting
// APPS switches on or off: operations, middleware and background work. Each is a
// package in a subfolder, and imports no other app. internal/server makes the ordered
// list of those that are on.
package apps

import (
	"context"
	"net/http"

	"messenger-api/internal/httpkit"
)

// App is a part of the service that is switched on. Any of the functions may be nil.
type App struct {
	// Name is its name in the setting APPS and its tag in api/swagger.yml.
	Name string
	// Mount registers its operations.
	Mount func(*httpkit.Router)
	// Middleware wraps the operations of all apps. That of the first app in the list is
	// the outermost.
	Middleware func(http.Handler) http.Handler
	// Run does the background work until ctx ends.
	Run func(ctx context.Context) error
}
