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

// Client sends requests with a session, or without one. Try is safe for concurrent use.
type Client struct {
	// Session is the session token, empty for none.
	Session string

	t   testing.TB
	api API
}

// For returns the same client for another test, such as a subtest.
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

// Do sends a request and returns the answer. A body of type string or []byte is sent unchanged, nil is
// no body, and anything else is encoded as JSON. headers are alternating names and values; they replace
// the client's own, and several with one name are all sent.
//
// The test ends without an answer, and fails for an answer that does not conform to api/swagger.yml.
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
