package api

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Authors of clients rely on examples: each body has one, and each error has examples of documented codes.
func TestEveryOperationIsDocumented(t *testing.T) {
	document, _ := load(t, Options{Tags: allTags})
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			name := method + " " + path
			if operation.OperationID == "" || operation.Summary == "" || operation.Description == "" {
				t.Errorf("%s: operationId, summary or description is missing", name)
			}
			if len(operation.Tags) != 1 {
				t.Errorf("%s: tags %q, want one", name, operation.Tags)
			}
			if operation.RequestBody != nil {
				checkExamples(t, name+" request", operation.RequestBody.Value.Content)
			}
			for status, response := range operation.Responses.Map() {
				checkExamples(t, name+" "+status, response.Value.Content)
				checkHeaders(t, name+" "+status, status, response.Value)
			}
		}
	}
}

func checkExamples(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for _, media := range content {
		if media.Example == nil && len(media.Examples) == 0 {
			t.Errorf("%s: no example", name)
		}
	}
}

func checkHeaders(t *testing.T, name, status string, response *openapi3.Response) {
	t.Helper()
	if response.Headers["X-Request-Id"] == nil {
		t.Errorf("%s: no X-Request-Id", name)
	}
	wantRetry := slices.Contains([]string{"429", "503"}, status)
	if hasRetry := response.Headers["Retry-After"] != nil; hasRetry != wantRetry {
		t.Errorf("%s: Retry-After is there: %v, want %v", name, hasRetry, wantRetry)
	}
	if isError := status >= "400"; isError {
		media := response.Content["application/json"]
		if media == nil || media.Schema.Ref != "#/components/schemas/Error" {
			t.Errorf("%s: the body is not an Error", name)
		}
	}
}
