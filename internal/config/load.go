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

// Load reads the settings from an environment in the form of os.Environ. Of entries with the same name the last one
// counts; an empty value means not set; other names are ignored. knownApps are the names that APPS may contain.
//
// If settings are invalid or contradict each other, the error is Faults with all of them. The Config then has the valid
// settings, and must not be used to start.
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

// parsedSettings has the settings of an environment, each validated by itself.
type parsedSettings struct {
	config Config
	given  map[string]string // the settings that the environment sets, as text
	faults Faults
}

// read parses an environment. It fails only for an unsupported field of Config, independently of the environment.
func read(environ []string) (parsedSettings, error) {
	all := settings()
	r := parsedSettings{given: given(environ, all)}
	groups := reflect.ValueOf(&r.config).Elem()
	parseErrors := map[string]error{}
	for i := range groups.NumField() {
		// Group by group: an error contains only the field's name, and groups may have fields of the same name.
		err := env.ParseWithOptions(groups.Field(i).Addr().Interface(), env.Options{Environment: r.given})
		if err := collectParseErrors(err, i, all, parseErrors); err != nil {
			return parsedSettings{}, err
		}
	}
	for _, s := range all {
		text, isGiven := r.given[s.name]
		if !isGiven {
			continue
		}
		if strings.ContainsFunc(text, unicode.IsControl) {
			r.faults = append(r.faults, Fault{s.name, "contains a control character, such as the carriage return of a file with CRLF line ends"})
			continue
		}
		for _, problem := range s.problems(text, s.value(r.config), parseErrors[s.name]) {
			r.faults = append(r.faults, Fault{s.name, problem})
		}
	}
	return r, nil
}

// given returns the settings that the environment sets to a non-empty value.
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

// collectParseErrors adds the errors of a group's values to parseErrors, by the setting's name.
func collectParseErrors(err error, group int, all []setting, parseErrors map[string]error) error {
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
		parseErrors[all[i].name] = parse.Err
	}
	return nil
}

// problems describes what is wrong with a setting's value, if anything; err is the error of parsing it.
func (s setting) problems(text string, value reflect.Value, err error) []string {
	if rule := s.rule(); rule != "" {
		if err == nil && s.allows(text, value) {
			return nil
		}
		return []string{rule + s.gotSuffix(text, text)}
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
		problems[i] = "can't be parsed"
		var invalid invalidValue
		if errors.As(err, &invalid) {
			problems[i] = invalid.must + s.gotSuffix(text, invalid.got)
		}
	}
	return problems
}

// isSet reports whether the environment sets the setting, to a valid value or not.
func (r parsedSettings) isSet(name string) bool {
	return r.given[name] != ""
}

// faulty reports whether the setting is invalid by itself.
func (r parsedSettings) faulty(name string) bool {
	return slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Setting == name })
}
