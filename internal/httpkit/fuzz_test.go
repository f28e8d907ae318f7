package httpkit

import (
	"bytes"
	stdjson "encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"messenger-api/internal/errs"
)

// FuzzDecode holds request decoding against the standard library's decoder: what
// is taken is one JSON value in valid UTF-8, not deeper than the limit and
// without NUL, and comes back the same when it is encoded again. Whatever is
// refused is bad-parameters.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "{}", "null", `{"name":"a","key":"k","count":1,"on":true,"list":[{"name":"b"}],"fields":{"x":"y"}}`,
		`{"name":"\ud83d\ude00\u0041\\u0000"}`, `{"name":"\ud800"}`, `{"name":"\u0000"}`, "{\"name\":\"\xff\"}", `{"name":"a","name":"b"}`,
		`{"x":` + nested(31) + `}`, `{"x":` + nested(32) + `}`, strings.Repeat("[", 100), `{"count":1e1,"x":1e999}`, `{"x":1e700}`, `{"count":1,"x":[1e999,-1e999]}`, `{}x`, `{"name":"\\"]}`,
		`{"x":"\"[[[["}`, "\ufeff{}", `{"":{"":{"":[[]]}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		given := bytes.Clone(raw)
		body, err := Decode[sample](httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(raw)))
		if err != nil {
			if known := errs.From(err); known.Code != "bad-parameters" || !utf8.ValidString(known.Details) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if !stdjson.Valid(given) || !utf8.Valid(given) {
			t.Error("what is no JSON in UTF-8 was taken")
		}
		if depth := depthOf(t, given); depth > jsonMaxDepth {
			t.Errorf("a depth of %d was taken", depth)
		}
		encoded, err := json.Marshal(body, jsonOptions)
		if err != nil {
			t.Fatalf("what was taken can't be encoded: %v", err)
		}
		if bytes.Contains(bytes.ReplaceAll(encoded, []byte(`\\`), nil), []byte(`\u0000`)) {
			t.Errorf("a NUL was taken: %s", encoded)
		}
		again, err := DecodeBytes[sample](encoded)
		if err != nil {
			t.Fatalf("what was taken and encoded is refused: %v", err)
		}
		if diff := cmp.Diff(body, again); diff != "" {
			t.Errorf("it comes back changed: %s", diff)
		}
	})
}

// depthOf counts how deep arrays and objects are nested.
func depthOf(t *testing.T, raw []byte) int {
	t.Helper()
	depth, deepest := 0, 0
	decoder := stdjson.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // a number may be too large for a float64 where nothing reads it
	for decoder.More() || depth > 0 {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case stdjson.Delim('['), stdjson.Delim('{'):
			depth++
			deepest = max(deepest, depth)
		case stdjson.Delim(']'), stdjson.Delim('}'):
			depth--
		}
	}
	return deepest
}
