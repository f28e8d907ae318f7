package testkit

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	messenger "messenger-api/client"
)

const searchPath = "/v1/chats/search"

// awaitPause is the pause between two requests of a task's status.
const awaitPause = 5 * time.Millisecond

// StatusPath returns the path of a task's status.
func StatusPath(task string) string { return searchPath + "/status/" + task }

// ResultsPath returns the path of a page of results. from may be empty.
func ResultsPath(task string, limit int, from string) string {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if from != "" {
		query.Set("from", from)
	}
	return searchPath + "/" + task + "/messages?" + query.Encode()
}

// StartSearch starts a search with a SearchCreation or any other body. headers are as in Do.
func (c *Client) StartSearch(body any, headers ...string) Answer {
	c.t.Helper()
	return c.Post(searchPath, body, headers...)
}

// Search starts a search and returns its task_id.
func (c *Client) Search(request messenger.SearchCreation) string {
	c.t.Helper()
	return c.StartSearch(request).Want(http.StatusCreated).Field("task_id")
}

// Status returns the status of a task.
func (c *Client) Status(task string) string {
	c.t.Helper()
	return c.Get(StatusPath(task)).Want(http.StatusOK).Field("status")
}

// AwaitEnd waits until a task has ended and returns its status.
func (c *Client) AwaitEnd(task string) string {
	c.t.Helper()
	deadline := time.Now().Add(startDeadline)
	for {
		status := c.Status(task)
		if status == "SUCCESS" || status == "FAILED" {
			return status
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("the search %s is %s after %v", task, status, startDeadline)
		}
		time.Sleep(awaitPause)
	}
}

// Succeed starts a search, waits until it has succeeded and returns its task_id.
func (c *Client) Succeed(request messenger.SearchCreation) string {
	c.t.Helper()
	task := c.Search(request)
	if status := c.AwaitEnd(task); status != "SUCCESS" {
		c.t.Fatalf("the search for %q is %s", request.Message, status)
	}
	return task
}

// Results reads one page of a task's results. from may be empty.
func (c *Client) Results(task string, limit int, from string) messenger.SearchPage {
	c.t.Helper()
	var page messenger.SearchPage
	c.Get(ResultsPath(task, limit, from)).Want(http.StatusOK).Decode(&page)
	return page
}

// Find runs a search and returns all results, newest first.
func (c *Client) Find(request messenger.SearchCreation) []messenger.FoundMessage {
	c.t.Helper()
	const limit = 100
	task := c.Succeed(request)
	var all []messenger.FoundMessage
	for from := ""; ; {
		page := c.Results(task, limit, from)
		all = append(all, page.Messages...)
		if len(page.Messages) < limit {
			return all
		}
		from = page.Next.Iterator
	}
}
