package testkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// codes are the error codes of the contract, by status.
var codes = map[int][]string{
	http.StatusBadRequest: {
		"bad-parameters", "bad-cursor", "user-already-exists", "user-not-found", "bad-password", "task-not-complete", "task-failed",
	},
	http.StatusUnauthorized:          {"auth-failed", "invalid-session-id", "session-id-expired"},
	http.StatusNotFound:              {"not-found", "chat-not-found", "user-not-found", "session-not-found", "task-not-found"},
	http.StatusMethodNotAllowed:      {"method-not-allowed"},
	http.StatusRequestEntityTooLarge: {"request-too-large"},
	http.StatusTooManyRequests:       {"request-limit-exceeded"},
	http.StatusInternalServerError:   {"internal-error"},
	http.StatusServiceUnavailable:    {"service-unavailable"},
}

// internal matches what no error may have in it: SQL and its states, names of drivers, paths,
// addresses of servers and stack traces.
var internal = regexp.MustCompile(`(?i)sql|pgx|database/|\.go\b|goroutine|panic|(^|[\s"'(])/[a-z]+/|dial |127\.0\.0\.1|0x[0-9a-f]+|runtime error`)

// checkError checks the format that the contract has for all errors.
func checkError(answer Answer) error {
	if given := answer.Header.Get("Content-Type"); given != "application/json" {
		return fmt.Errorf("the Content-Type is %q", given)
	}
	var body map[string]string
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		return fmt.Errorf("not the form of an error: %w", err)
	}
	for name := range body {
		if name != "message" && name != "details" {
			return fmt.Errorf("%q does not belong in an error", name)
		}
	}
	if !slices.Contains(codes[answer.Status], body["message"]) {
		return fmt.Errorf("%q is no code of the status %d", body["message"], answer.Status)
	}
	if found := internal.FindString(body["details"]); found != "" {
		return fmt.Errorf("the details show internal text: %q", found)
	}
	return checkErrorHeaders(answer)
}

func checkErrorHeaders(answer Answer) error {
	switch answer.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err != nil || seconds < 1 {
			return fmt.Errorf("the header Retry-After is %q", answer.Header.Get("Retry-After"))
		}
	case http.StatusMethodNotAllowed:
		if strings.TrimSpace(answer.Header.Get("Allow")) == "" {
			return errors.New("the header Allow is missing")
		}
	}
	return nil
}
