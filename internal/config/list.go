package config

import (
	"errors"
	"slices"
	"strings"
)

// parseList reads the elements of a comma-separated list, with or without spaces around them. Its error holds a
// refusal for each element that can't be read.
func parseList[T any](text string, parse func(string) (T, error)) ([]T, error) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	if slices.Contains(parts, "") {
		return nil, refusal{"must be a comma-separated list without empty elements", text}
	}
	list := make([]T, 0, len(parts))
	var refused []error
	for _, part := range parts {
		element, err := parse(part)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		list = append(list, element)
	}
	if len(refused) > 0 {
		return nil, errors.Join(refused...)
	}
	return list, nil
}

// Names is a list of names of apps.
type Names []string

// UnmarshalText reads a comma-separated list.
func (n *Names) UnmarshalText(text []byte) error {
	list, err := parseList(string(text), parseAppName)
	*n = list
	return err
}

func parseAppName(text string) (string, error) {
	if !validName(text, "") {
		return "", refusal{"must be a comma-separated list of names of apps", text}
	}
	return text, nil
}
