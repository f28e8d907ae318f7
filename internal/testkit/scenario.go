package testkit

import (
	"net/http"
	"net/url"
	"strconv"

	messenger "messenger-api/client"
)

// LogIn returns a client with a new session of the account.
func (c *Client) LogIn(name, password string) *Client {
	c.t.Helper()
	answer := c.Post("/v1/auth/login", map[string]string{"user_name": name, "password": password})
	return &Client{Session: answer.Want(http.StatusOK).Field("session_id"), t: c.t, api: c.api}
}

// CreateChat creates a chat and returns its chat_id.
func (c *Client) CreateChat(name string) string {
	c.t.Helper()
	return c.Post("/v1/chats", map[string]string{"chat_name": name}).Want(http.StatusCreated).Field("chat_id")
}

// Join joins the chat under a name and returns the user_id.
func (c *Client) Join(chat, name string) string {
	c.t.Helper()
	answer := c.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": name})
	return answer.Want(http.StatusCreated).Field("user_id")
}

// Send sends a message and returns its message_id.
func (c *Client) Send(chat, user, text string) string {
	c.t.Helper()
	answer := c.Post(MessagesPath(chat, user), messenger.MessageCreation{Message: text})
	return answer.Want(http.StatusCreated).Field("message_id")
}

// SendOnce is Send with a client_message_id.
func (c *Client) SendOnce(chat, user, text, clientMessageID string) string {
	c.t.Helper()
	answer := c.Post(MessagesPath(chat, user), messenger.MessageCreation{Message: text, ClientMessageID: &clientMessageID})
	return answer.Want(http.StatusCreated).Field("message_id")
}

// MessagesPath returns the path for sending messages as the user.
func MessagesPath(chat, user string) string {
	return "/v1/chats/" + chat + "/messages?user_id=" + url.QueryEscape(user)
}

// PagePath returns the path of a page. from may be empty.
func PagePath(chat string, limit int, from string) string {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if from != "" {
		query.Set("from", from)
	}
	return "/v1/chats/" + chat + "/messages?" + query.Encode()
}

// Page reads one page. from may be empty.
func (c *Client) Page(chat string, limit int, from string) messenger.MessagePage {
	c.t.Helper()
	var page messenger.MessagePage
	c.Get(PagePath(chat, limit, from)).Want(http.StatusOK).Decode(&page)
	return page
}

// ReadAll reads pages of limit messages until one is shorter, and returns all messages, newest first.
func (c *Client) ReadAll(chat string, limit int) []messenger.Message {
	c.t.Helper()
	var all []messenger.Message
	for from := ""; ; {
		page := c.Page(chat, limit, from)
		all = append(all, page.Messages...)
		if len(page.Messages) < limit {
			return all
		}
		from = page.Next.Iterator
	}
}
