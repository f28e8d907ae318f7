package tracing

import (
	"log/slog"

	"github.com/go-logr/logr"
)

// told has what OpenTelemetry's libraries say in the log, as warnings: errors, and what
// they call a warning. The error and the values that go with it are left out, since they
// may be a setting's text, and that a secret.
type told struct{ log *slog.Logger }

var _ logr.LogSink = told{}

// mostVerbose is the level of OpenTelemetry's warnings; above are its informations.
const mostVerbose = 1

// Init implements logr.LogSink.
func (told) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (told) Enabled(level int) bool { return level <= mostVerbose }

// Info implements logr.LogSink.
func (t told) Info(_ int, message string, _ ...any) { t.tell(message) }

// Error implements logr.LogSink.
func (t told) Error(_ error, message string, _ ...any) { t.tell(message) }

// WithValues implements logr.LogSink.
func (t told) WithValues(...any) logr.LogSink { return t }

// WithName implements logr.LogSink.
func (t told) WithName(string) logr.LogSink { return t }

func (t told) tell(message string) { t.log.Warn("OpenTelemetry has a complaint", "about", message) }
