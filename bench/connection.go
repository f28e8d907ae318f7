package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// request is an encoded HTTP request, and the expected status.
type request struct {
	bytes []byte
	want  int
}

func get(path, session string) request {
	return request{fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\n%s\r\n", path, authorization(session)), http.StatusOK}
}

func post(path, session, body string) request {
	return request{fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, authorization(session), len(body), body), http.StatusCreated}
}

func authorization(session string) string {
	if session == "" {
		return ""
	}
	return "Authorization: session_id " + session + "\r\n"
}

// connection is one keep-alive connection. It parses as little of an answer as possible, since the
// generator uses the same processors as the server.
type connection struct {
	net.Conn

	buffer []byte
	forget func() bool
}

// answer is valid until the next exchange.
type answer struct {
	status int
	body   []byte
}

// dial connects. The timeout is for all exchanges together. The connection is closed when ctx ends.
func dial(ctx context.Context, address string, timeout time.Duration) (*connection, error) {
	connected, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	forget := context.AfterFunc(ctx, func() { connected.Close() })
	return &connection{connected, make([]byte, 64<<10), forget}, connected.SetDeadline(time.Now().Add(timeout))
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.forget()
	return c.Conn.Close()
}

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
	errUnreadable = errors.New("an answer that this program can't read")
)

// exchange sends a request and reads the complete answer.
func (c *connection) exchange(request []byte) (answer, error) {
	if _, err := c.Write(request); err != nil {
		return answer{}, err
	}
	read, head, whole := 0, 0, 0
	for whole == 0 || read < whole {
		if read == len(c.buffer) {
			c.buffer = append(c.buffer, make([]byte, len(c.buffer))...)
		}
		n, err := c.Read(c.buffer[read:])
		if err != nil {
			return answer{}, err
		}
		read += n
		if whole > 0 {
			continue
		}
		if head = bytes.Index(c.buffer[:read], headEnd); head < 0 {
			continue
		}
		length, err := bodyLength(c.buffer[:head+2])
		if err != nil {
			return answer{}, err
		}
		whole = head + len(headEnd) + length
	}
	status, err := strconv.Atoi(string(c.buffer[9:12]))
	return answer{status, c.buffer[head+len(headEnd) : whole]}, err
}

// bodyLength reads Content-Length, in the spelling of net/http.
func bodyLength(head []byte) (int, error) {
	if len(head) < len("HTTP/1.1 200") {
		return 0, errUnreadable
	}
	_, rest, found := bytes.Cut(head, contentLength)
	line, _, ended := bytes.Cut(rest, []byte("\r\n"))
	if !found || !ended {
		return 0, errUnreadable
	}
	return strconv.Atoi(string(line))
}
