// Package docs is the app that serves the contract as an OpenAPI document, reduced to
// the apps that are on.
package docs

import (
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/httpkit"
)

// Name is the app's name in settings and in the contract.
const Name = "docs"

// New makes the app that serves this OpenAPI document.
func New(document []byte) apps.App {
	return apps.App{Name: Name, Mount: func(r *httpkit.Router) {
		r.Handle(http.MethodGet, "/swagger.yml", httpkit.Public, func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "no-cache")
			httpkit.WriteBytes(w, http.StatusOK, "application/yaml", document)
			return nil
		})
	}}
}
