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

// FuzzDecode compares Decode with the standard library's decoder: what Decode accepts
// is one JSON value in valid UTF-8, not nested deeper than the limit and without NUL,
// and is unchanged after encoding and decoding. The error is always bad-parameters.
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
			t.Error("input that is not JSON in UTF-8 was accepted")
		}
		if depth := depthOf(t, given); depth > jsonMaxDepth {
			t.Errorf("a depth of %d was accepted", depth)
		}
		encoded, err := json.Marshal(body, jsonOptions)
		if err != nil {
			t.Fatalf("an accepted value can't be encoded: %v", err)
		}
		if bytes.Contains(bytes.ReplaceAll(encoded, []byte(`\\`), nil), []byte(`\u0000`)) {
			t.Errorf("a NUL was accepted: %s", encoded)
		}
		again, err := DecodeBytes[sample](encoded)
		if err != nil {
			t.Fatalf("an accepted and encoded value is refused: %v", err)
		}
		if diff := cmp.Diff(body, again); diff != "" {
			t.Errorf("the value changed: %s", diff)
		}
	})
}

// depthOf returns the depth of nested arrays and objects.
func depthOf(t *testing.T, raw []byte) int {
	t.Helper()
	depth, deepest := 0, 0
	decoder := stdjson.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // numbers too large for a float64 are accepted in unknown fields
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
