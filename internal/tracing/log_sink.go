package tracing

import (
	"log/slog"

	"github.com/go-logr/logr"
)

// logSink logs the errors and warnings of OpenTelemetry's libraries as warnings. Their
// error and values are left out, since they may be the text of a setting, and so a secret.
type logSink struct{ log *slog.Logger }

var _ logr.LogSink = logSink{}

// mostVerbose is the level of OpenTelemetry's warnings; above are its informations.
const mostVerbose = 1

// Init implements logr.LogSink.
func (logSink) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (logSink) Enabled(level int) bool { return level <= mostVerbose }

// Info implements logr.LogSink.
func (t logSink) Info(_ int, message string, _ ...any) { t.warn(message) }

// Error implements logr.LogSink.
func (t logSink) Error(_ error, message string, _ ...any) { t.warn(message) }

// WithValues implements logr.LogSink.
func (t logSink) WithValues(...any) logr.LogSink { return t }

// WithName implements logr.LogSink.
func (t logSink) WithName(string) logr.LogSink { return t }

func (t logSink) warn(message string) { t.log.Warn("OpenTelemetry has a complaint", "about", message) }
