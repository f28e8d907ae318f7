package server

import (
	"io"
	"log/slog"
	"os"

	"messenger-api/internal/config"
)

// settings reads and validates the settings, and returns the apps that are on.
func settings(process Process) (config.Config, []entry, error) {
	all := catalogue()
	cfg, err := config.Load(process.Environment, names(all))
	if err != nil {
		return cfg, nil, err
	}
	on, err := selectApps(all, cfg)
	return cfg, on, err
}

func settingsAndLog(process Process) (config.Config, *slog.Logger, error) {
	cfg, _, err := settings(process)
	return cfg, newLogger(cfg.Log, process), err
}

// newLogger makes the logger to Stderr: at a terminal unbuffered and by default as text,
// otherwise buffered and by default as JSON.
func newLogger(settings config.Log, process Process) *slog.Logger {
	w, buffer := process.Stderr, process.log
	if isTerminal(w) {
		buffer = nil
	}
	if buffer != nil {
		w = buffer
	}
	var handler slog.Handler
	options := &slog.HandlerOptions{Level: settings.Threshold()}
	if logsText(settings, process.Stderr) {
		handler = slog.NewTextHandler(w, options)
	} else {
		handler = slog.NewJSONHandler(w, options)
	}
	if buffer != nil {
		handler = buffer.FlushOnWarning(handler)
	}
	return slog.New(handler)
}

func logsText(settings config.Log, w io.Writer) bool {
	return settings.Format == "text" || settings.Format == "" && isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// warnOfUnusedSettings warns of settings that are set and have no effect.
func warnOfUnusedSettings(cfg config.Config, log *slog.Logger) {
	if cfg.Server.Workers != 0 {
		log.Warn("WORKERS_NUM has no effect: one process uses all processors")
	}
}
