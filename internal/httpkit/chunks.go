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
	pieceTimeout  = 30 * time.Second
	piecesTimeout = 5 * time.Minute
)

// Piece is a part of a page that is too long to be encoded in one piece.
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
	piece, err := load(r.Context())
	if err != nil {
		return err
	}
	if piece.Last {
		WriteBytes(w, http.StatusOK, "application/json", whole(piece))
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	p := pieces{w: w, control: http.NewResponseController(w), until: time.Now().Add(piecesTimeout)}
	for p.write(piece) && !piece.Last {
		if piece, err = loadPiece(r, load); err != nil {
			return err
		}
	}
	if p.failed != nil {
		info := InfoFrom(r.Context())
		info.failure, info.cut = errClientLeft, true
	}
	return nil
}

// whole is a page of one piece.
func whole(piece Chunk) []byte {
	page := make([]byte, 0, len(beforeMessages)+len(piece.Messages)+len(beforeNext)+len(piece.Next)+len(behindNext)+len(beforeMore)+len("false")+len(behindAll))
	page = append(page, beforeMessages...)
	page = append(page, piece.Messages[1:]...)
	return appendEnd(page, piece)
}

// What stands around the messages and the iterator of a page.
const (
	beforeMessages = `{"messages":[`
	beforeNext     = `,"next":{"iterator":`
	behindNext     = `}`
	beforeMore     = `,"more":`
	behindAll      = `}`
)

// appendEnd appends what stands behind the array.
func appendEnd(page []byte, piece Chunk) []byte {
	iterator, _ := json.Marshal(piece.Next, jsonOptions) // an iterator is plain ASCII: it can't fail to encode
	page = append(page, beforeNext...)
	page = append(page, iterator...)
	page = append(page, behindNext...)
	if piece.More != nil {
		page = append(page, beforeMore...)
		page = strconv.AppendBool(page, *piece.More)
	}
	return append(page, behindAll...)
}

// loadPiece has the time of a request for each piece.
func loadPiece(r *http.Request, load func(ctx context.Context) (Chunk, error)) (Chunk, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), requestDeadline)
	defer cancel()
	return load(ctx)
}

type pieces struct {
	w       http.ResponseWriter
	control *http.ResponseController
	until   time.Time
	begun   bool // something of the array is written
	failed  error
}

// write writes a piece and, behind the last one, the end of the page. It reports
// whether the client took it in time.
func (p *pieces) write(piece Chunk) bool {
	deadline := time.Now().Add(pieceTimeout)
	if deadline.After(p.until) {
		deadline = p.until
	}
	_ = p.control.SetWriteDeadline(deadline) // where it can't be set the server's own holds
	before := []byte(beforeMessages)
	if p.begun {
		before = []byte(",")
	}
	entries := piece.Messages[1 : len(piece.Messages)-1]
	if len(entries) > 0 || !p.begun {
		p.put(before)
		p.put(entries)
		p.begun = true
	}
	if piece.Last {
		p.put(appendEnd([]byte("]"), piece))
	}
	return p.failed == nil
}

func (p *pieces) put(text []byte) {
	if p.failed == nil {
		_, p.failed = p.w.Write(text) //nolint:gosec // it is JSON
	}
}
