// Package client calls a Messenger API server. All but this file is generated
// from api/swagger.yml: a method per operation and a type per body.
//
// The module's path is no address, so go get can't fetch it. A module that uses
// this package takes it from a clone:
//
//	go mod edit -replace messenger-api=/path/to/clone -require messenger-api@v0.0.0
//	go mod tidy
//
// Log in with one client, and make another that carries the session:
//
//	guest, err := client.NewClientWithResponses("http://localhost:8080")
//	login, err := guest.LoginWithResponse(ctx, client.Credentials{UserName: "alice", Password: password})
//	alice, err := client.NewClientWithResponses("http://localhost:8080",
//		client.WithSession(login.JSON200.SessionID))
//	chat, err := alice.CreateChatWithResponse(ctx, client.ChatCreation{ChatName: "Weekend plans"})
//
// An err says that there was no answer, or none that can be read. An answer of
// the server that says no has its body in JSONDefault, with the code in its
// Message, its status in StatusCode, and its headers in HTTPResponse; the body
// of success, in JSON200 or JSON201, is nil then. A proxy between may answer
// with neither.
//
// A client is safe for concurrent use. It has no time-out of its own: give the
// context one, or a client with WithHTTPClient. To send a message again after
// a failure, give it a ClientMessageID; then it is stored once.
package client

import (
	"context"
	"net/http"
)

// WithSession makes every request of a client carry this session, as log-in
// answered it, in the header and with the scheme word that servers have by
// default. For a server that is set otherwise use WithRequestEditorFn.
func WithSession(sessionID string) ClientOption {
	return WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "session_id "+sessionID)
		return nil
	})
}
