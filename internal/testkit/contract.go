package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	document "messenger-api/api"
)

// contract is the parsed api/swagger.yml.
var contract = sync.OnceValues(func() (routers.Router, error) {
	text, err := document.Document(document.Options{Tags: []string{"health", "docs", "auth", "api", "search"}})
	if err != nil {
		return nil, err
	}
	parsed, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	// An answer must not have fields that are not in the document.
	for _, schema := range parsed.Components.Schemas {
		if closed := false; len(schema.Value.Properties) > 0 {
			schema.Value.AdditionalProperties.Has = &closed
		}
	}
	return gorillamux.NewRouter(parsed)
})

// checkAnswer returns how an answer violates api/swagger.yml.
func checkAnswer(request *http.Request, answer Answer) error {
	if answer.Header.Get("X-Request-Id") == "" {
		return errors.New("X-Request-Id is missing")
	}
	if request.Header.Get("Access-Control-Request-Method") != "" && answer.Status == http.StatusNoContent {
		return nil // a preflight, which the document does not have
	}
	if request.Method == http.MethodHead {
		return checkHead(request, answer)
	}
	if answer.Status >= http.StatusBadRequest {
		if err := checkError(answer); err != nil {
			return err
		}
		if code := answer.Code(); code == "not-found" || code == "method-not-allowed" {
			return nil // what the document says of every path together
		}
	}
	return checkOperation(request, answer, true)
}

// checkHead checks the answer to a HEAD: it must be that of GET, without the body.
func checkHead(request *http.Request, answer Answer) error {
	if len(answer.Body) > 0 {
		return errors.New("an answer to HEAD has no body")
	}
	if answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed {
		return nil // without the body, nobody can tell which of the 404s it is
	}
	get := request.Clone(context.Background())
	get.Method = http.MethodGet
	return checkOperation(get, answer, false)
}

// checkOperation checks an answer by its operation in the document.
func checkOperation(request *http.Request, answer Answer, withBody bool) error {
	router, err := contract()
	if err != nil {
		return err
	}
	route, _, err := router.FindRoute(request)
	if err != nil {
		if answer.Status < http.StatusBadRequest {
			return fmt.Errorf("the document does not have it: %w", err)
		}
		return nil // its form was checked, and the document says no more of it
	}
	documented := route.Operation.Responses.Value(strconv.Itoa(answer.Status))
	if documented == nil {
		return fmt.Errorf("%s documents no status %d", route.Operation.OperationID, answer.Status)
	}
	if len(documented.Value.Content) == 0 && len(answer.Body) > 0 {
		return errors.New("the document has no body here")
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: route},
		Status:                 answer.Status, Header: answer.Header,
		Options: &openapi3filter.Options{ExcludeResponseBody: !withBody},
	}
	return openapi3filter.ValidateResponse(context.Background(), input.SetBodyBytes(answer.Body))
}
