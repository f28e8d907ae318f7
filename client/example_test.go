package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"messenger-api/client"
)

// serve is a fake server that accepts one session.
func serve(writer http.ResponseWriter, request *http.Request) {
	writer.Header().Set("Content-Type", "application/json")
	if request.Header.Get("Authorization") != "session_id 5d3e9ce435ba11eca6b50242ac1f0006" {
		writer.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(writer, `{"message": "invalid-session-id"}`)
		return
	}
	writer.WriteHeader(http.StatusCreated)
	fmt.Fprint(writer, `{"chat_id": "019cb1f60e1b7f54a3c2d9b87e60f415"}`)
}

func ExampleWithSession() {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()

	for _, session := range []string{"5d3e9ce435ba11eca6b50242ac1f0006", "00000000000000000000000000000000"} {
		alice, err := client.NewClientWithResponses(server.URL, client.WithSession(session))
		if err != nil {
			fmt.Println(err)
			return
		}
		chat, err := alice.CreateChatWithResponse(context.Background(), client.ChatCreation{ChatName: "Weekend plans"})
		switch {
		case err != nil:
			fmt.Println(err)
		case chat.JSON201 != nil:
			fmt.Println("created", chat.JSON201.ChatID)
		case chat.JSONDefault != nil:
			fmt.Println("refused:", chat.JSONDefault.Message)
		}
	}
	// Output:
	// created 019cb1f60e1b7f54a3c2d9b87e60f415
	// refused: invalid-session-id
}
