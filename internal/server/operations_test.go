package server_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	document "messenger-api/api"
	"messenger-api/internal/server"
	"messenger-api/internal/testkit"
)

// operations lists the operations of an OpenAPI document that have one of the tags.
func operations(t *testing.T, text []byte, tags []string) []string {
	t.Helper()
	parsed, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for path, item := range parsed.Paths.Map() {
		for method, operation := range item.Operations() {
			if slices.Contains(tags, operation.Tags[0]) {
				all = append(all, method+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

// wholeContract is the contract of all apps.
func wholeContract(t *testing.T) []byte {
	t.Helper()
	text, err := document.Document(document.Options{Tags: append([]string{"health"}, known...)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// For each app the router has the same operations as api/swagger.yml.
func TestRoutesAreTheDocumentsOperations(t *testing.T) {
	for _, on := range append([][]string{known}, []string{"auth"}, []string{"api"}, []string{"search"}, []string{"docs"}, []string{"throttling"}) {
		served, err := server.Operations(context.Background(), append(testkit.Embedded(t), settingsOf(on)...))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, operation := range served {
			got = append(got, operation.Method+" "+operation.Pattern)
		}
		slices.Sort(got)
		if want := operations(t, wholeContract(t), append([]string{"health"}, on...)); !slices.Equal(got, want) {
			t.Errorf("apps %q:\nthe routes are %q\nthe document's %q", on, got, want)
		}
	}
}

// checkPaths calls every operation of the contract. Those of apps that are off must be
// answered as unknown paths.
func checkPaths(t *testing.T, s *testkit.Server, on []string) {
	t.Helper()
	caller := s.Guest(t)
	if slices.Contains(on, "auth") {
		caller = s.As(t, "alice")
	}
	tags := append([]string{"health"}, on...)
	there := operations(t, wholeContract(t), tags)
	for _, operation := range operations(t, wholeContract(t), append([]string{"health"}, known...)) {
		method, path, _ := strings.Cut(operation, " ")
		if path == "/v1/auth/logout" && slices.Contains(on, "auth") {
			continue // it would end the session; internal/e2e tests it
		}
		answer := caller.Do(method, strings.NewReplacer("{chat_id}", "x", "{session_id}", "x", "{task_id}", "x").Replace(path), nil)
		if isThere := answer.Code() != "not-found"; isThere != slices.Contains(there, operation) {
			t.Errorf("apps %q: %s", on, answer)
		}
	}
	caller.Get("/unknown").Refused(404, "not-found")
}

// checkServedDocument fails the test unless the served document, if the app docs is on, has
// exactly the operations of the apps that are on.
func checkServedDocument(t *testing.T, s *testkit.Server, on []string) {
	t.Helper()
	if !slices.Contains(on, "docs") {
		return
	}
	served := s.Guest(t).Get("/swagger.yml").Want(200).Body
	got := operations(t, served, append([]string{"health"}, known...))
	if want := operations(t, wholeContract(t), append([]string{"health"}, on...)); !slices.Equal(got, want) {
		t.Errorf("apps %q: the served document has\n%q, want\n%q", on, got, want)
	}
	for _, name := range known {
		if tag := "- name: " + name + "\n"; strings.Contains(string(served), tag) && !slices.Contains(on, name) {
			t.Errorf("apps %q: the served document has the tag %s", on, name)
		}
	}
}
