// Package apps says what a logical app is: a part of the service that a setting
// switches off. Each has a folder of its own here and knows none of the others;
// the server has the ordered list of what is on.
package apps

import (
	"context"
	"net/http"

	"messenger-api/internal/httpkit"
)

// App is one part of the service, built and on. Any of the functions may be nil.
type App struct {
	// Name is what the setting APPS calls it, and its tag in api/swagger.yml.
	Name string
	// Mount adds its operations.
	Mount func(*httpkit.Router)
	// Middleware stands around the operations of all apps. The apps that come first in
	// the list stand outside.
	Middleware func(http.Handler) http.Handler
	// Run does its work in the background until ctx ends.
	Run func(ctx context.Context) error
}
