package config

import "log/slog"

// LogLevel is the value of LOG_LEVEL.
type LogLevel slog.Level

// UnmarshalText parses a level as slog does; the tag oneof restricts the names further.
func (l *LogLevel) UnmarshalText(text []byte) error {
	return (*slog.Level)(l).UnmarshalText(text)
}

// Threshold is the lowest level to log: debug if DEBUG is on, otherwise LOG_LEVEL.
func (l Log) Threshold() slog.Level {
	if l.Debug {
		return slog.LevelDebug
	}
	return slog.Level(l.Level)
}
