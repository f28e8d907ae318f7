package config

import (
	"fmt"
	"io"
	"strings"
)

const markdownIntro = `# Settings

Made from the fields of ` + "`config.Config`" + ` in ` + "`internal/config`" + ` by ` + "`go generate ./internal/config`" + `; change it there.

Settings come from the environment. None is needed: with an empty environment the server keeps its data in SQLite in
` + "`DATA_DIR`" + `, and cache and queue are part of the process. ` + "`POSTGRES_HOSTS`" + `, ` + "`CACHE_TYPE=redis`" + ` and ` + "`RMQ_URL`" + ` or
` + "`RMQ_HOST`" + ` choose PostgreSQL, Redis and RabbitMQ in their place.

- **Empty** means not set, for every setting: the default holds.
- **A switch** is on for ` + "`1`, `true`, `yes`, `y`, `on`, and off for `0`, `false`, `no`, `n`, `off`" + `, in any case.
- **A list** is separated by commas; spaces around an element don't count.
- **A duration** is a number with a unit, such as ` + "`90s`, `15m` or `1h30m`" + `.
- **A fault** (a value that can't be read or is out of range, settings that contradict each other) stops the start with
  exit code 2 and one line per fault that names the setting. A setting without effect in the chosen mode contradicts
  nothing, but its value must be readable.
- **A secret** is never shown, neither in a log nor by ` + "`messenger-api check-config`" + `, which lists the settings in
  force, where each comes from, and the faults.
`

// WriteMarkdown writes docs/config.md: all settings in tables by subject, with meaning, range and default.
func WriteMarkdown(w io.Writer) error {
	var page strings.Builder
	page.WriteString(markdownIntro)
	var title string
	for _, s := range settings() {
		if s.title != title {
			title = s.title
			fmt.Fprintf(&page, "\n## %s\n| setting | meaning | default |\n| --- | --- | --- |\n", title)
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", s.name, s.meaning(), s.absence())
	}
	_, err := io.WriteString(w, page.String())
	return err
}

// meaning is the setting's meaning and what it may hold.
func (s setting) meaning() string {
	switch {
	case s.oneOf != nil:
		return s.doc + " One of `" + strings.Join(s.oneOf, "`, `") + "`."
	case s.schemes != nil:
		meaning := s.doc + " Begins with `" + strings.Join(s.schemes, "://` or `") + "://`."
		if s.holdsPassword() {
			meaning += " Its password is a secret."
		}
		return meaning
	case s.secret:
		return s.doc + " A secret."
	case s.min != "":
		return s.doc + " " + s.min + "…" + s.max + "."
	}
	return s.doc
}

// absence is what holds where the setting is not set.
func (s setting) absence() string {
	if s.fallback != "" {
		return "`" + s.fallback + "`"
	}
	return s.unset
}
