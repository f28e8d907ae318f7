package config

import (
	"fmt"
	"io"
	"strings"
)

const markdownIntro = `# Settings

Generated from the fields of ` + "`config.Config`" + ` in ` + "`internal/config`" + ` by ` + "`go generate ./internal/config`" + `; change it there.

Settings come from the environment. None is required: with an empty environment the server keeps its data in SQLite in
` + "`DATA_DIR`" + `, and cache and queue are part of the process. ` + "`POSTGRES_HOSTS`" + `, ` + "`CACHE_TYPE=redis`" + ` and ` + "`RMQ_URL`" + ` or
` + "`RMQ_HOST`" + ` choose PostgreSQL, Redis and RabbitMQ instead.

- **Empty** means not set, for every setting: the default applies.
- **A switch** is on for ` + "`1`, `true`, `yes`, `y`, `on`, and off for `0`, `false`, `no`, `n`, `off`" + `, in any case.
- **A list** is separated by commas; spaces around an element are ignored.
- **A duration** is a number with a unit, such as ` + "`90s`, `15m` or `1h30m`" + `.
- **A fault** (an invalid value, or settings that contradict each other) makes the start fail with exit code 2 and one
  line per fault that names the setting. A setting without effect in the chosen mode contradicts no other, but its value
  must be valid.
- **A secret** is never shown, neither in a log nor by ` + "`messenger-api check-config`" + `, which lists the effective
  settings, where each comes from, and the faults.
`

// WriteMarkdown writes docs/config.md: tables of all settings by subject, with meaning, range and default.
func WriteMarkdown(w io.Writer) error {
	var page strings.Builder
	page.WriteString(markdownIntro)
	var title string
	for _, s := range settings() {
		if s.title != title {
			title = s.title
			fmt.Fprintf(&page, "\n## %s\n| setting | meaning | default |\n| --- | --- | --- |\n", title)
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", s.name, s.meaning(), s.defaultText())
	}
	_, err := io.WriteString(w, page.String())
	return err
}

// meaning returns the setting's meaning and its allowed values.
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

// defaultText describes the setting's default.
func (s setting) defaultText() string {
	if s.defaultValue != "" {
		return "`" + s.defaultValue + "`"
	}
	return s.unset
}
