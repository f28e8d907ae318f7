package config

import "log/slog"

// LogLevel is a level as LOG_LEVEL names it.
type LogLevel slog.Level

// UnmarshalText reads a level as slog does; which names LOG_LEVEL may hold says its tag.
func (l *LogLevel) UnmarshalText(text []byte) error {
	return (*slog.Level)(l).UnmarshalText(text)
}

// Threshold is the least level to log: debug with DEBUG on, else LOG_LEVEL.
func (l Log) Threshold() slog.Level {
	if l.Debug {
		return slog.LevelDebug
	}
	return slog.Level(l.Level)
}
