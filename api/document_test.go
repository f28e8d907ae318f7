package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// operationsByTag is every operation of the contract.
var operationsByTag = map[string][]string{
	"health": {"GET /ping ping", "GET /ping_db pingDatabase"},
	"docs":   {"GET /swagger.yml getDocument"},
	"auth": {
		"POST /v1/auth/register register", "POST /v1/auth/login login", "POST /v1/auth/logout logout",
		"GET /v1/auth/sessions listSessions", "DELETE /v1/auth/sessions/{session_id} endSession",
		"POST /v1/auth/password changePassword",
	},
	"api": {
		"POST /v1/chats createChat", "POST /v1/chats/{chat_id}/users joinChat",
		"POST /v1/chats/{chat_id}/messages sendMessage", "GET /v1/chats/{chat_id}/messages listMessages",
	},
	"search": {
		"POST /v1/chats/search startSearch", "GET /v1/chats/search/status/{task_id} getSearchStatus",
		"GET /v1/chats/search/{task_id}/messages listSearchResults",
	},
}

var allTags = slices.Sorted(maps.Keys(operationsByTag))

// load returns a document after a check that it is valid OpenAPI, including examples and references.
func load(t *testing.T, options Options) (*openapi3.T, string) {
	t.Helper()
	text, err := Document(options)
	if err != nil {
		t.Fatal(err)
	}
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(text)
	if err != nil {
		t.Fatalf("%+v: the document can't be loaded: %v", options, err)
	}
	err = document.Validate(loader.Context, openapi3.EnableExamplesValidation())
	if err != nil {
		t.Fatalf("%+v: the document is not valid: %v", options, err)
	}
	return document, string(text)
}

func TestDocumentOfEachSetOfTags(t *testing.T) {
	for set := range 1 << len(allTags) {
		var tags, want []string
		for i, tag := range allTags {
			if set&(1<<i) != 0 {
				tags = append(tags, tag)
				want = append(want, operationsByTag[tag]...)
			}
		}
		t.Run(strings.Join(tags, "+"), func(t *testing.T) {
			document, text := load(t, Options{Tags: append(tags, "cache")})
			var got []string
			for path, item := range document.Paths.Map() {
				if len(item.Operations()) == 0 {
					t.Errorf("path %s has no operation left", path)
				}
				for method, operation := range item.Operations() {
					got = append(got, method+" "+path+" "+operation.OperationID)
					checkSessions(t, operation, slices.Contains(tags, "auth"))
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("operations:\n got %q\nwant %q", got, want)
			}
			var entries []string
			for _, tag := range document.Tags {
				entries = append(entries, tag.Name)
			}
			slices.Sort(entries)
			if !slices.Equal(entries, tags) {
				t.Errorf("tags: got %q, want %q", entries, tags)
			}
			if auth := document.Security != nil; auth != slices.Contains(tags, "auth") {
				t.Errorf("global security: %v", document.Security)
			}
			checkComponents(t, document, text)
		})
	}
}

func checkSessions(t *testing.T, operation *openapi3.Operation, auth bool) {
	t.Helper()
	open := operation.Security != nil && len(*operation.Security) == 0
	has401 := operation.Responses.Value("401") != nil
	if want := auth && !open; has401 != want {
		t.Errorf("%s answers 401: %v, want %v", operation.OperationID, has401, want)
	}
	if !auth && operation.Security != nil {
		t.Errorf("%s speaks of security without the app auth", operation.OperationID)
	}
}

// checkComponents wants every component to be referenced from somewhere.
func checkComponents(t *testing.T, document *openapi3.T, text string) {
	t.Helper()
	if document.Components == nil {
		return
	}
	components := document.Components
	names := map[string][]string{
		"schemas":   slices.Collect(maps.Keys(components.Schemas)),
		"responses": slices.Collect(maps.Keys(components.Responses)),
		"headers":   slices.Collect(maps.Keys(components.Headers)),
	}
	for section, names := range names {
		for _, name := range names {
			if reference := "#/components/" + section + "/" + name; !strings.Contains(text, `"`+reference+`"`) {
				t.Errorf("nothing references %s", reference)
			}
		}
	}
}

// Order and comments are kept: with all tags the document is unchanged.
func TestDocumentOfAllTagsIsTheContract(t *testing.T) {
	text, err := Document(Options{Tags: allTags})
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(string(text), "\n"), strings.Split(string(contract), "\n")
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("line %d of swagger.yml is served as\n%s\ninstead of\n%s", i+1, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines of swagger.yml are served as %d", len(want), len(got))
	}
}

func TestDocumentShowsHowSessionsAreCarried(t *testing.T) {
	document, text := load(t, Options{Tags: allTags, AuthHeader: "X-Session", AuthScheme: "Bearer"})
	scheme := document.Components.SecuritySchemes["session"].Value
	if scheme.Name != "X-Session" {
		t.Errorf("the session is carried by %q, want X-Session", scheme.Name)
	}
	if want := "X-Session: Bearer 5d3e9ce435ba11eca6b50242ac1f0006"; !strings.Contains(scheme.Description, want) {
		t.Errorf("%q is not in the description: %s", want, scheme.Description)
	}
	if strings.Contains(text, "Authorization") || strings.Contains(text, "session_id ") {
		t.Error("the default header or scheme word is still in the document")
	}
}
