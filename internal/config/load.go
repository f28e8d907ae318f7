package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/caarlos0/env/v11"
)

// Load reads the settings from an environment as os.Environ gives it; of two entries with one name the later counts,
// an empty one is as one that is not there, and names that are no settings are ignored. knownApps are the names that
// APPS may hold.
//
// Where settings are wrong or contradict each other, the error is Faults with all of them, and the Config holds what
// could be read but is not fit for use.
func Load(environ []string, knownApps []string) (Config, error) {
	r, err := read(environ)
	if err != nil {
		return Config{}, err
	}
	if faults := slices.Concat(r.faults, r.contradictions(knownApps)); len(faults) > 0 {
		return r.config, faults
	}
	return r.config, nil
}

// reading is what was made of an environment, each setting judged by itself.
type reading struct {
	config Config
	given  map[string]string // the settings that the environment sets
	faults Faults
}

// read takes the settings from the environment. Its error tells of a field that can't hold a setting: a mistake in
// Config, whatever the environment.
func read(environ []string) (reading, error) {
	all := settings()
	r := reading{given: given(environ, all)}
	groups := reflect.ValueOf(&r.config).Elem()
	refused := map[string]error{}
	for i := range groups.NumField() {
		// Group by group, because an error names only the field, and two groups may have a field of one name.
		err := env.ParseWithOptions(groups.Field(i).Addr().Interface(), env.Options{Environment: r.given})
		if err := refusals(err, i, all, refused); err != nil {
			return reading{}, err
		}
	}
	for _, s := range all {
		text, isGiven := r.given[s.name]
		if !isGiven {
			continue
		}
		if strings.ContainsFunc(text, unicode.IsControl) {
			r.faults = append(r.faults, Fault{s.name, "holds a control character, such as the carriage return of a file with CRLF line ends"})
			continue
		}
		for _, problem := range s.problems(text, s.value(r.config), refused[s.name]) {
			r.faults = append(r.faults, Fault{s.name, problem})
		}
	}
	return r, nil
}

// given picks the settings that the environment sets to something.
func given(environ []string, all []setting) map[string]string {
	values := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !slices.ContainsFunc(all, func(s setting) bool { return s.name == name }) {
			continue
		}
		if value == "" {
			delete(values, name)
		} else {
			values[name] = value
		}
	}
	return values
}

// refusals notes in refused, by the setting's name, why values of a group could not be read.
func refusals(err error, group int, all []setting, refused map[string]error) error {
	if err == nil {
		return nil
	}
	var aggregate env.AggregateError
	if !errors.As(err, &aggregate) {
		return fmt.Errorf("config: %w", err)
	}
	for _, err := range aggregate.Errors {
		var parse env.ParseError
		if !errors.As(err, &parse) {
			return fmt.Errorf("config: %w", err)
		}
		i := slices.IndexFunc(all, func(s setting) bool { return s.group == group && s.field == parse.Name })
		refused[all[i].name] = parse.Err
	}
	return nil
}

// problems says what is wrong with a setting's value; err is why it could not be read, if so.
func (s setting) problems(text string, value reflect.Value, err error) []string {
	if rule := s.rule(); rule != "" {
		if err == nil && s.allows(text, value) {
			return nil
		}
		return []string{rule + s.but(text, text)}
	}
	if err == nil {
		return nil
	}
	each := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		each = joined.Unwrap()
	}
	problems := make([]string, len(each))
	for i, err := range each {
		problems[i] = "can't be read"
		var r refusal
		if errors.As(err, &r) {
			problems[i] = r.must + s.but(text, r.got)
		}
	}
	return problems
}

// isSet tells whether the environment sets the setting, if only to what can't be read.
func (r reading) isSet(name string) bool {
	return r.given[name] != ""
}

// faulty tells whether the setting by itself was refused.
func (r reading) faulty(name string) bool {
	return slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Setting == name })
}
