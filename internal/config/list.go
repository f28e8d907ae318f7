package config

import (
	"errors"
	"slices"
	"strings"
)

// parseList parses a comma-separated list whose elements may have spaces around them. Its error joins those of all
// invalid elements.
func parseList[T any](text string, parse func(string) (T, error)) ([]T, error) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	if slices.Contains(parts, "") {
		return nil, invalidValue{"must be a comma-separated list without empty elements", text}
	}
	list := make([]T, 0, len(parts))
	var invalid []error
	for _, part := range parts {
		element, err := parse(part)
		if err != nil {
			invalid = append(invalid, err)
			continue
		}
		list = append(list, element)
	}
	if len(invalid) > 0 {
		return nil, errors.Join(invalid...)
	}
	return list, nil
}

// Names is a list of names of apps.
type Names []string

// UnmarshalText parses a comma-separated list.
func (n *Names) UnmarshalText(text []byte) error {
	list, err := parseList(string(text), parseAppName)
	*n = list
	return err
}

func parseAppName(text string) (string, error) {
	if !validName(text, "") {
		return "", invalidValue{"must be a comma-separated list of names of apps", text}
	}
	return text, nil
}
