package httpkit

import (
	"net/http"
	"time"

	"github.com/rs/cors"
)

// CORS lets web pages of these origins call the service. It answers preflight requests
// itself; they come without a session.
func CORS(origins []string, authHeader string) Middleware {
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{authHeader, "Content-Type", "If-None-Match", "Prefer", "Traceparent", "Tracestate", "X-Request-Id"},
		ExposedHeaders: []string{"ETag", "Preference-Applied", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"},
		MaxAge:         int((10 * time.Minute).Seconds()),
	}).Handler
}
