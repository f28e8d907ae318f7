package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Client sends requests for one session, or for nobody. Try is safe for
// concurrent use.
type Client struct {
	// Session is the secret of the log-in, empty for none.
	Session string

	t   testing.TB
	api API
}

// For gives the same client to another test, such as a subtest.
func (c *Client) For(t testing.TB) *Client {
	return &Client{Session: c.Session, t: t, api: c.api}
}

// Get is Do with GET.
func (c *Client) Get(path string, headers ...string) Answer {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil, headers...)
}

// Post is Do with POST.
func (c *Client) Post(path string, body any, headers ...string) Answer {
	c.t.Helper()
	return c.Do(http.MethodPost, path, body, headers...)
}

// Do sends a request and returns the answer. A body that is a string or bytes
// is sent as it is, nil is none, and anything else is encoded as JSON. headers
// are names and values by turns; one that is named replaces what the client
// would send, and several of a name are all sent.
//
// A request without an answer, and an answer that is not as api/swagger.yml has
// it, fail the test.
func (c *Client) Do(method, path string, body any, headers ...string) Answer {
	c.t.Helper()
	answer, err := c.Try(method, path, body, headers...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer
}

// Try is Do for requests that may get no answer: err says why there is none.
func (c *Client) Try(method, path string, body any, headers ...string) (Answer, error) {
	c.t.Helper()
	request, err := c.request(method, path, body, headers)
	if err != nil {
		return Answer{}, err
	}
	response, err := c.api.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer: %w", err)
	}
	answer := Answer{
		Status: response.StatusCode, Header: response.Header, Body: content, Closes: response.Close,
		t: c.t, request: method + " " + path,
	}
	if err := checkAnswer(request, answer); err != nil {
		c.t.Errorf("%s\nis not what the contract says: %v", answer, err)
	}
	return answer, nil
}

func (c *Client) request(method, path string, body any, headers []string) (*http.Request, error) {
	content, err := encode(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(context.Background(), method, c.api.URL+path, content)
	if err != nil {
		return nil, err
	}
	if c.Session != "" {
		request.Header.Set(c.api.header, c.api.scheme+" "+c.Session)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Del(headers[i])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	return request, nil
}

func encode(body any) (io.Reader, error) {
	switch body := body.(type) {
	case nil:
		return http.NoBody, nil
	case string:
		return bytes.NewReader([]byte(body)), nil
	case []byte:
		return bytes.NewReader(body), nil
	case io.Reader:
		return body, nil
	}
	content, err := json.Marshal(body)
	return bytes.NewReader(content), err
}
