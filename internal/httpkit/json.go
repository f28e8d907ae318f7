package httpkit

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"messenger-api/internal/errs"
)

// jsonMaxDepth limits the nesting of arrays and objects in a request.
const jsonMaxDepth = 32

// jsonOptions apply to everything read and written: invalid UTF-8, lone surrogates and
// duplicate names are errors.
var jsonOptions = json.JoinOptions(
	jsontext.AllowInvalidUTF8(false),
	jsontext.AllowDuplicateNames(false),
	json.RejectUnknownMembers(false),
	json.MatchCaseInsensitiveNames(false),
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooledBuffer is the largest capacity of a buffer that goes back to the pool.
const maxPooledBuffer = 16 << 10

func putBuffer(buffer *bytes.Buffer) {
	if buffer.Cap() <= maxPooledBuffer {
		buffer.Reset()
		buffers.Put(buffer)
	}
}

// Decode reads the request's body as one JSON value, regardless of its Content-Type.
// Errors: bad-parameters, request-too-large, and service-unavailable when the memory
// budget for bodies is used up.
func Decode[Body any](r *http.Request) (body Body, err error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer putBuffer(buffer)
	info := InfoFrom(r.Context())
	if err := readBody(r, info, buffer); err != nil {
		return body, readFailure(err)
	}
	if info != nil && info.cancel != nil {
		renewDeadline(r, info)
	}
	return DecodeBytes[Body](buffer.Bytes())
}

// DecodeBytes is Decode for a body that has been read already.
func DecodeBytes[Body any](raw []byte) (body Body, err error) {
	if err := checkRaw(raw); err != nil {
		return body, err
	}
	if err := json.Unmarshal(raw, &body, jsonOptions); err != nil {
		return body, decodeFailure(err)
	}
	return body, nil
}

// checkRaw refuses what is valid JSON but not accepted: deep nesting, and the character
// NUL, which in JSON can only be written as \u0000. It does not check the syntax.
func checkRaw(raw []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			if bytes.HasPrefix(raw[i:], []byte(`\u0000`)) {
				return errs.ErrBadParameters.WithDetails("the body contains the character U+0000")
			}
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			if depth++; depth > jsonMaxDepth {
				return errs.ErrBadParameters.WithDetails("the body is nested more than %d deep", jsonMaxDepth)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

func readFailure(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errs.ErrRequestTooLarge.WithDetails("a body has at most %d bytes", tooLarge.Limit)
	case errors.Is(err, errBodyBudget):
		return err
	}
	return errs.ErrBadParameters.WithDetails("the body could not be read completely").WithCause(err)
}

func decodeFailure(err error) error {
	var mistyped *json.SemanticError
	switch {
	case errors.As(err, &mistyped) && mistyped.JSONPointer == "":
		return errs.ErrBadParameters.WithDetails("the body is not a JSON object").WithCause(err)
	case errors.As(err, &mistyped):
		// The pointer shows nothing of the client's: unknown fields have no type, and no body has a map.
		field := strings.TrimPrefix(string(mistyped.JSONPointer), "/")
		return errs.ErrBadParameters.WithDetails("the field %s of the body has the wrong type", field).WithCause(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errs.ErrBadParameters.WithDetails("the body is empty or ends too early")
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errs.ErrBadParameters.WithDetails("an object of the body has one name twice")
	}
	return errs.ErrBadParameters.WithDetails("the body is not valid JSON in UTF-8")
}

// Write responds with a status and a JSON body. The body is encoded before the header
// is sent, so an error response is still possible if encoding fails.
func Write[Body any](w http.ResponseWriter, status int, body Body) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer putBuffer(buffer)
	if err := json.MarshalWrite(buffer, &body, jsonOptions); err != nil {
		return err
	}
	WriteBytes(w, status, "application/json", buffer.Bytes())
	return nil
}

// Encode returns the JSON that Write would send.
func Encode(body any) ([]byte, error) { return json.Marshal(body, jsonOptions) }

// EncodedBytes is an upper bound of the length of the text in JSON, in bytes, without the
// quotes.
func EncodedBytes(text string) int {
	length := len(text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"', c == '\\':
			length++
		case c < ' ':
			length += len(`\u0000`) - 1 // some have a shorter form, such as \n
		}
	}
	return length
}

// WriteBytes responds with a body that is already encoded.
func WriteBytes(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // it is JSON; if it fails, the client is gone
}

// Time formats a time as in the contract: RFC 3339 in UTC with microseconds.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
