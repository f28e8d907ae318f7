package httpkit

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// How long a client may take for one piece of a long page, and for all of it.
const (
	chunkTimeout  = 30 * time.Second
	chunksTimeout = 5 * time.Minute
)

// Chunk is a part of a page that is too long to be encoded in one piece.
type Chunk struct {
	// Messages is a JSON array.
	Messages []byte
	// Next is the iterator behind them.
	Next string
	// Last: nothing follows.
	Last bool
	// More is told behind the last piece where it is not nil: whether there is more than the pages give.
	More *bool
}

// WriteChunks responds with a page that is loaded and written in chunks. It calls load for
// the next chunk once the one before is written; each call's ctx has its own deadline. An
// error of the first load is returned for the caller to write; a later one cuts the connection.
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
	if p.failed != nil {
		info := InfoFrom(r.Context())
		info.failure, info.cut = errClientLeft, true
	}
	return nil
}

// singleChunkPage is a page of one piece.
func singleChunkPage(chunk Chunk) []byte {
	page := make([]byte, 0, len(beforeMessages)+len(chunk.Messages)+len(beforeNext)+len(chunk.Next)+len(afterNext)+len(beforeMore)+len("false")+len(afterMore))
	page = append(page, beforeMessages...)
	page = append(page, chunk.Messages[1:]...)
	return appendEnd(page, chunk)
}

// What stands around the messages and the iterator of a page.
const (
	beforeMessages = `{"messages":[`
	beforeNext     = `,"next":{"iterator":`
	afterNext      = `}`
	beforeMore     = `,"more":`
	afterMore      = `}`
)

// appendEnd appends what stands behind the array.
func appendEnd(page []byte, chunk Chunk) []byte {
	iterator, _ := json.Marshal(chunk.Next, jsonOptions) // an iterator is plain ASCII: it can't fail to encode
	page = append(page, beforeNext...)
	page = append(page, iterator...)
	page = append(page, afterNext...)
	if chunk.More != nil {
		page = append(page, beforeMore...)
		page = strconv.AppendBool(page, *chunk.More)
	}
	return append(page, afterMore...)
}

// loadChunk has the time of a request for each piece.
func loadChunk(r *http.Request, load func(ctx context.Context) (Chunk, error)) (Chunk, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), requestTimeout)
	defer cancel()
	return load(ctx)
}

type chunkWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	deadline   time.Time
	begun      bool // something of the array is written
	failed     error
}

// write writes a piece and, behind the last one, the end of the page. It reports
// whether the client took it in time.
func (p *chunkWriter) write(chunk Chunk) bool {
	deadline := time.Now().Add(chunkTimeout)
	if deadline.After(p.deadline) {
		deadline = p.deadline
	}
	_ = p.controller.SetWriteDeadline(deadline) // where it can't be set the server's own holds
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
	return p.failed == nil
}

func (p *chunkWriter) put(text []byte) {
	if p.failed == nil {
		_, p.failed = p.w.Write(text) //nolint:gosec // it is JSON
	}
}
