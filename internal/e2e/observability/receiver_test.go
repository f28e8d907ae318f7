package observability

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector of traces by OTLP over HTTP.
type receiver struct {
	URL string

	mu       sync.Mutex
	requests []*http.Request
	spans    []span
}

// span is a received span.
type span struct {
	service, name, kind    string
	trace, id, parent      string
	failed                 bool
	attributes             map[string]string
	events, everythingElse string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &sent)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	for _, resource := range sent.GetResourceSpans() {
		service := ""
		for _, attribute := range resource.GetResource().GetAttributes() {
			if attribute.GetKey() == "service.name" {
				service = attribute.GetValue().GetStringValue()
			}
		}
		for _, scope := range resource.GetScopeSpans() {
			for _, one := range scope.GetSpans() {
				r.spans = append(r.spans, read(service, one))
			}
		}
	}
}

func read(service string, one *otlp.Span) span {
	s := span{
		service: service, name: one.GetName(), kind: strings.TrimPrefix(one.GetKind().String(), "SPAN_KIND_"),
		trace: hex.EncodeToString(one.GetTraceId()), id: hex.EncodeToString(one.GetSpanId()), parent: hex.EncodeToString(one.GetParentSpanId()),
		failed:     one.GetStatus().GetCode() == otlp.Status_STATUS_CODE_ERROR,
		attributes: map[string]string{}, everythingElse: one.String(),
	}
	for _, attribute := range one.GetAttributes() {
		value := attribute.GetValue()
		s.attributes[attribute.GetKey()] = value.GetStringValue()
		if s.attributes[attribute.GetKey()] == "" {
			s.attributes[attribute.GetKey()] = fmt.Sprint(value.GetIntValue())
		}
	}
	for _, event := range one.GetEvents() {
		s.events += event.GetName() + ";"
	}
	return s
}

// of returns the spans of a trace, or all spans for an empty one.
func (r *receiver) of(trace string) (spans []span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.spans {
		if trace == "" || one.trace == trace {
			spans = append(spans, one)
		}
	}
	return spans
}

// find returns the first span of the name from a service.
func find(spans []span, service, name string) (span, bool) {
	for _, one := range spans {
		if one.service == service && one.name == name {
			return one, true
		}
	}
	return span{}, false
}
