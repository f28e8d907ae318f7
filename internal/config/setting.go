package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting has the tags of one field of Config.
type setting struct {
	name         string
	field        string // the field's name in its group
	group        int    // the group's index in Config
	title        string // the group's title
	kind         reflect.Type
	defaultValue string
	unset        string
	doc          string
	secret       bool
	min, max     string
	oneOf        []string
	schemes      []string
	form         string
}

// settings lists every setting in Config's order.
func settings() []setting {
	var all []setting
	config := reflect.TypeFor[Config]()
	for i := range config.NumField() {
		group := config.Field(i)
		for field := range group.Type.Fields() {
			all = append(all, setting{
				name:         field.Tag.Get("env"),
				field:        field.Name,
				group:        i,
				title:        group.Tag.Get("title"),
				kind:         field.Type,
				defaultValue: field.Tag.Get("envDefault"),
				unset:        field.Tag.Get("unset"),
				doc:          field.Tag.Get("doc"),
				secret:       field.Tag.Get("secret") == "true",
				min:          field.Tag.Get("min"),
				max:          field.Tag.Get("max"),
				oneOf:        words(field.Tag.Get("oneof")),
				schemes:      words(field.Tag.Get("schemes")),
				form:         field.Tag.Get("form"),
			})
		}
	}
	return all
}

func words(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, ",")
}

// value returns the setting's value in c.
func (s setting) value(c Config) reflect.Value {
	return reflect.ValueOf(c).Field(s.group).FieldByName(s.field)
}

// holdsPassword reports whether the setting is a URL that may contain a password.
func (s setting) holdsPassword() bool { return strings.Contains(s.form, "password") }

// allows reports whether the tags allow the value, which is given as text and parsed. An invalid tag allows nothing.
func (s setting) allows(text string, value reflect.Value) bool {
	switch {
	case s.oneOf != nil:
		return slices.Contains(s.oneOf, text)
	case s.schemes != nil:
		scheme, _, _ := strings.Cut(text, "://")
		return slices.Contains(s.schemes, strings.ToLower(scheme))
	case s.min == "":
		return true
	}
	minimum, errMin := s.bound(s.min)
	maximum, errMax := s.bound(s.max)
	return errMin == nil && errMax == nil && minimum <= value.Int() && value.Int() <= maximum
}

func (s setting) bound(tag string) (int64, error) {
	if s.kind == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(tag)
		return int64(d), err
	}
	return strconv.ParseInt(tag, 10, 64)
}

// rule describes the values that the tags allow; it is empty if they allow all.
func (s setting) rule() string {
	switch {
	case s.oneOf != nil:
		return "must be one of " + strings.Join(s.oneOf, ", ")
	case s.schemes != nil:
		rule := "must be a URL, " + strings.Join(s.schemes, ":// or ") + "://" + s.form
		if s.holdsPassword() {
			rule += ", with special characters of the password percent-encoded"
		}
		return rule
	case s.kind == reflect.TypeFor[time.Duration]():
		return fmt.Sprintf("must be a duration, such as 90s or 1h30m, from %s to %s", s.min, s.max)
	case s.min != "":
		return fmt.Sprintf("must be a whole number from %s to %s", s.min, s.max)
	}
	return ""
}
