package httpkit

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// How long writing one chunk, and the whole page, may take.
const (
	chunkTimeout  = 30 * time.Second
	chunksTimeout = 5 * time.Minute
)

// Chunk is a part of a page that is too long to be encoded as a whole.
type Chunk struct {
	// Messages is a JSON array.
	Messages []byte
	// Next is the iterator that continues after Messages.
	Next string
	// Last reports that this is the last chunk.
	Last bool
	// More, of the last chunk, is the value of the field "more", which is left out where
	// it is nil.
	More *bool
}

// WriteChunks responds with a page that is loaded and written in chunks, so that a long page
// is never in memory as a whole. It calls load for the next chunk once the previous one is
// written; each call's ctx has its own deadline. It returns an error of the first load before
// anything is written. After a later one the connection is aborted, so that the client does
// not take the part for the whole.
func WriteChunks(w http.ResponseWriter, r *http.Request, load func(ctx context.Context) (Chunk, error)) error {
	chunk, err := load(r.Context())
	if err != nil {
		return err
	}
	if chunk.Last {
		WriteBytes(w, http.StatusOK, "application/json", singleChunkPage(chunk))
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	p := chunkWriter{w: w, controller: http.NewResponseController(w), deadline: time.Now().Add(chunksTimeout)}
	for p.write(chunk) && !chunk.Last {
		if chunk, err = loadChunk(r, load); err != nil {
			return err
		}
	}
	if p.err != nil {
		info := InfoFrom(r.Context())
		info.failure, info.abort = errClientClosed, true
	}
	return nil
}

// singleChunkPage encodes a page that consists of one chunk.
func singleChunkPage(chunk Chunk) []byte {
	page := make([]byte, 0, len(beforeMessages)+len(chunk.Messages)+len(beforeNext)+len(chunk.Next)+len(afterNext)+len(beforeMore)+len("false")+len(afterMore))
	page = append(page, beforeMessages...)
	page = append(page, chunk.Messages[1:]...)
	return appendEnd(page, chunk)
}

// The JSON text around the messages and the iterator of a page.
const (
	beforeMessages = `{"messages":[`
	beforeNext     = `,"next":{"iterator":`
	afterNext      = `}`
	beforeMore     = `,"more":`
	afterMore      = `}`
)

// appendEnd appends what follows the array of messages.
func appendEnd(page []byte, chunk Chunk) []byte {
	iterator, _ := json.Marshal(chunk.Next, jsonOptions) // can't fail: an iterator is ASCII
	page = append(page, beforeNext...)
	page = append(page, iterator...)
	page = append(page, afterNext...)
	if chunk.More != nil {
		page = append(page, beforeMore...)
		page = strconv.AppendBool(page, *chunk.More)
	}
	return append(page, afterMore...)
}

// loadChunk gives each load the whole timeout of a request.
func loadChunk(r *http.Request, load func(ctx context.Context) (Chunk, error)) (Chunk, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), requestTimeout)
	defer cancel()
	return load(ctx)
}

type chunkWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	deadline   time.Time
	begun      bool // the beginning of the array is written
	err        error
}

// write writes a chunk and, after the last one, the end of the page. It reports whether
// it succeeded within the timeouts.
func (p *chunkWriter) write(chunk Chunk) bool {
	deadline := time.Now().Add(chunkTimeout)
	if deadline.After(p.deadline) {
		deadline = p.deadline
	}
	_ = p.controller.SetWriteDeadline(deadline) // if it can't be set, the server's own applies
	before := []byte(beforeMessages)
	if p.begun {
		before = []byte(",")
	}
	entries := chunk.Messages[1 : len(chunk.Messages)-1]
	if len(entries) > 0 || !p.begun {
		p.put(before)
		p.put(entries)
		p.begun = true
	}
	if chunk.Last {
		p.put(appendEnd([]byte("]"), chunk))
	}
	return p.err == nil
}

func (p *chunkWriter) put(text []byte) {
	if p.err == nil {
		_, p.err = p.w.Write(text) //nolint:gosec // it is JSON
	}
}
