package httpkit

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"messenger-api/internal/errs"
)

// sample has a field of each type that bodies have.
type sample struct {
	Name   string            `json:"name"`
	Key    *string           `json:"key,omitzero"`
	Count  int64             `json:"count"`
	On     bool              `json:"on"`
	List   []sample          `json:"list,omitzero"`
	Fields map[string]string `json:"fields,omitzero"`
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestDecode(t *testing.T) {
	key := "k"
	for body, want := range map[string]sample{
		`{}`: {}, "\t{\n}\r": {}, `null`: {},
		`{"name":"a","key":"k","count":-9223372036854775808,"on":true}`: {Name: "a", Key: &key, Count: -9223372036854775808, On: true},
		`{"Name":"x","NAME":1,"unknown":[{}]}`:                          {},
		`{"name":"\u0041\ud83d\ude00\\u0000"}`:                          {Name: `A😀\u0000`},
		`{"x":` + nested(31) + `,"name":"a"}`:                           {Name: "a"},
		`{"x":"` + strings.Repeat("[{", 100) + `","name":"a"}`:          {Name: "a"},
		`{"x":"\"[\\","y":` + nested(31) + `}`:                          {},
	} {
		got, err := Decode[sample](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for body, details := range map[string]string{
		"":                                "ends too early",
		" ":                               "ends too early",
		"{":                               "ends too early",
		`{"name":"a`:                      "ends too early",
		`{"name":1}`:                      "the field name of the body has the wrong type",
		`{"count":"1"}`:                   "the field count of the body has the wrong type",
		`{"count":1.5}`:                   "the field count of the body has the wrong type",
		`{"count":9223372036854775808}`:   "the field count of the body has the wrong type",
		`{"list":[{},{"on":1}]}`:          "the field list/1/on of the body has the wrong type",
		`[]`:                              "not a JSON object",
		`"a"`:                             "not a JSON object",
		`1`:                               "not a JSON object",
		`true`:                            "not a JSON object",
		`{}{}`:                            "not valid JSON",
		`{"name":"a","name":"a"}`:         "one name twice",
		`{"x":1,"\u0078":2}`:              "one name twice",
		`{"x":[{"y":{},"y":1}]}`:          "one name twice",
		"{\"name\":\"\xff\"}":             "not valid JSON",
		`{"name":"\ud800"}`:               "not valid JSON",
		`{"name":"a\u0000"}`:              "U+0000",
		`{"x":["\\\u0000"]}`:              "U+0000",
		nested(33):                        "nested more than 32 deep",
		`{"x":` + nested(32) + `}`:        "nested more than 32 deep",
		`{"x":` + strings.Repeat("[", 33): "nested more than 32 deep",
	} {
		_, err := Decode[sample](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		if known := errs.From(err); err == nil || known.Code != "bad-parameters" || !strings.Contains(known.Details, details) {
			t.Errorf("%.100s: %v, want bad-parameters with %q", body, err, details)
		}
	}
}

// The details of an error contain nothing of the body.
func TestDecodeErrorsDontQuoteTheBody(t *testing.T) {
	for _, body := range []string{`{"name":["hush"]}`, `{"name":{"hush":"hush"}}`, `{"list":{"hush":1}}`, `["hush"]`, `"hush"`, `{"count":"hush"}`, `{"name":hush}`, `hush`, `{"hush":1,"hush":2}`} {
		_, err := DecodeBytes[sample]([]byte(body))
		if err == nil || strings.Contains(errs.From(err).Details, "hush") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDecodeTooLarge(t *testing.T) {
	for size, large := range map[int]bool{99: false, 100: false, 101: true, 10_000: true} {
		body := `{"name":"` + strings.Repeat("a", size-11) + `"}`
		recorder := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Body = http.MaxBytesReader(recorder, request.Body, 100)
		_, err := Decode[sample](request)
		if isLarge := errs.Is(err, errs.TooLarge); isLarge != large || !isLarge && err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// Decoded values don't share memory with the pooled buffer.
func TestDecodedValuesSurviveBufferReuse(t *testing.T) {
	first, err := Decode[sample](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"first"}`)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := Decode[sample](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"XXXXX"}`))); err != nil {
			t.Fatal(err)
		}
	}
	if first.Name != "first" {
		t.Errorf("the name changed to %q", first.Name)
	}
}

func TestWrite(t *testing.T) {
	recorder := httptest.NewRecorder()
	if err := Write(recorder, http.StatusCreated, sample{Name: `<a href="x">&`, Count: 1 << 60}); err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"<a href=\"x\">&","count":1152921504606846976,"on":false}`
	if got := recorder.Body.String(); recorder.Code != http.StatusCreated || got != want {
		t.Errorf("%d %s, want %s", recorder.Code, got, want)
	}
	if got := recorder.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := recorder.Header().Get("Content-Length"); got != "65" {
		t.Errorf("Content-Length is %s for %d bytes", got, recorder.Body.Len())
	}
}

// If encoding fails, nothing is sent, so that an error response is possible.
func TestWriteEncodingError(t *testing.T) {
	recorder := httptest.NewRecorder()
	if err := Write(recorder, http.StatusOK, sample{Name: "\xff"}); err == nil || recorder.Body.Len() > 0 || recorder.Flushed {
		t.Errorf("%v, %q", err, recorder.Body)
	}
}

func TestTime(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	for want, at := range map[string]time.Time{
		"2026-03-01T09:30:00.123456Z": time.Date(2026, 3, 1, 9, 30, 0, 123456000, time.UTC),
		"2026-03-01T04:00:00.000000Z": time.Date(2026, 3, 1, 9, 30, 0, 0, zone),
		"2026-02-28T23:59:59.100000Z": time.Date(2026, 3, 1, 5, 29, 59, 100000000, zone),
		"2026-03-01T09:30:00.000001Z": time.Date(2026, 3, 1, 9, 30, 0, 1999, time.UTC),
	} {
		if got := Time(at); got != want {
			t.Errorf("%v is %s, want %s", at, got, want)
		}
	}
}
