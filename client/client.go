// Package client calls a Messenger API server. All but this file is generated
// from api/swagger.yml: a method per operation and a type per body.
//
// The module's path is not a URL, so go get can't download it. To use this package in
// another module, use a clone:
//
//	go mod edit -replace messenger-api=/path/to/clone -require messenger-api@v0.0.0
//	go mod tidy
//
// Log in with a client without a session, then make one with the session:
//
//	guest, err := client.NewClientWithResponses("http://localhost:8080")
//	login, err := guest.LoginWithResponse(ctx, client.Credentials{UserName: "alice", Password: password})
//	alice, err := client.NewClientWithResponses("http://localhost:8080",
//		client.WithSession(login.JSON200.SessionID))
//	chat, err := alice.CreateChatWithResponse(ctx, client.ChatCreation{ChatName: "Weekend plans"})
//
// A non-nil err means that there was no response, or one that can't be parsed. For an
// error response JSONDefault is not nil, and its Message is the code; StatusCode
// returns the status, and HTTPResponse has the headers. JSON200 or JSON201 is only set
// on success. In a response of a proxy, none of them may be set.
//
// A client is safe for concurrent use. It has no timeout: use a context with one, or
// WithHTTPClient. To retry sending a message safely, give it a ClientMessageID: it is
// then stored only once.
package client

import (
	"context"
	"net/http"
)

// WithSession sends the session id of a log-in with every request, in the header and with
// the scheme that are the server's defaults. For a server with other settings use
// WithRequestEditorFn.
func WithSession(sessionID string) ClientOption {
	return WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "session_id "+sessionID)
		return nil
	})
}
