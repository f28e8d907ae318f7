package tracing

import (
	"log/slog"

	"github.com/go-logr/logr"
)

// logSink logs the errors and warnings of OpenTelemetry's libraries as warnings. It leaves
// out their error and values: they may quote a setting, which may be a secret.
type logSink struct{ log *slog.Logger }

var _ logr.LogSink = logSink{}

// warningLevel is the verbosity of OpenTelemetry's warnings; higher ones are informational.
const warningLevel = 1

// Init implements logr.LogSink.
func (logSink) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (logSink) Enabled(level int) bool { return level <= warningLevel }

// Info implements logr.LogSink.
func (t logSink) Info(_ int, message string, _ ...any) { t.warn(message) }

// Error implements logr.LogSink.
func (t logSink) Error(_ error, message string, _ ...any) { t.warn(message) }

// WithValues implements logr.LogSink.
func (t logSink) WithValues(...any) logr.LogSink { return t }

// WithName implements logr.LogSink.
func (t logSink) WithName(string) logr.LogSink { return t }

func (t logSink) warn(message string) { t.log.Warn("warning of OpenTelemetry", "message", message) }
