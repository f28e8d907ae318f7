package server_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	document "messenger-api/api"
	"messenger-api/internal/server"
	"messenger-api/internal/testkit"
)

// operations lists the operations of an OpenAPI document that have one of the tags.
func operations(t *testing.T, text []byte, tags []string) []string {
	t.Helper()
	all, err := tagged(text)
	if err != nil {
		t.Fatal(err)
	}
	return withTags(all, tags)
}

func withTags(all map[string]string, tags []string) (found []string) {
	for operation, tag := range all {
		if slices.Contains(tags, tag) {
			found = append(found, operation)
		}
	}
	slices.Sort(found)
	return found
}

// tagged gives the tag of each operation of an OpenAPI document.
func tagged(text []byte) (map[string]string, error) {
	parsed, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for path, item := range parsed.Paths.Map() {
		for method, operation := range item.Operations() {
			all[method+" "+path] = operation.Tags[0]
		}
	}
	return all, nil
}

// contract gives the tag of each operation of the contract of all apps.
var contract = sync.OnceValues(func() (map[string]string, error) {
	text, err := document.Document(document.Options{Tags: append([]string{"health"}, known...)})
	if err != nil {
		return nil, err
	}
	return tagged(text)
})

// contracted lists the operations of the contract that have one of the tags.
func contracted(t *testing.T, tags []string) []string {
	t.Helper()
	all, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	return withTags(all, tags)
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
		if want := contracted(t, append([]string{"health"}, on...)); !slices.Equal(got, want) {
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
	there := contracted(t, tags)
	for _, operation := range contracted(t, append([]string{"health"}, known...)) {
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
	if want := contracted(t, append([]string{"health"}, on...)); !slices.Equal(got, want) {
		t.Errorf("apps %q: the served document has\n%q, want\n%q", on, got, want)
	}
	for _, name := range known {
		if tag := "- name: " + name + "\n"; strings.Contains(string(served), tag) && !slices.Contains(on, name) {
			t.Errorf("apps %q: the served document has the tag %s", on, name)
		}
	}
}
