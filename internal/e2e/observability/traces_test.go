package observability

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

const (
	server   = "messenger-api"
	consumer = "messenger-api-consumer"
	// A client's trace, and its span that sends the request.
	clientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan  = "00f067aa0ba902b7"
)

func traced(r *receiver) []string {
	return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + r.URL, "OTEL_EXPORTER_OTLP_HEADERS=api-key=hush-hush", "OTEL_BSP_SCHEDULE_DELAY=100"}
}

// The trace of a search has a span of each part: the request, its statements, the message in the queue, the
// consumer, and the consumer's statements.
func TestTraceOfASearch(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	settings := slices.Concat(testkit.Postgres(t), traced(r), []string{"RMQ_URL=" + queuetest.StartBroker(t).URL()})
	s := testkit.StartBinary(t, settings...)
	c := testkit.StartConsumer(t, settings...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "a secretive text")
	answer := alice.StartSearch(messenger.SearchCreation{Message: "secretive"}, "Traceparent", "00-"+clientTrace+"-"+clientSpan+"-01")
	task := answer.Want(http.StatusCreated).Field("task_id")
	if status := alice.AwaitEnd(task); status != "SUCCESS" {
		t.Fatal(status)
	}
	// A span is sent after its children, and each process sends its own.
	for service, last := range map[string]string{consumer: "process search_tasks", server: "POST /v1/chats/search"} {
		await.Until(t, "the spans of "+service+" arrive", func() bool {
			_, found := find(r.of(clientTrace), service, last)
			return found
		})
	}
	spans := r.of(clientTrace)
	follow := func(service, name, kind string, parent span) span {
		t.Helper()
		one, found := find(spans, service, name)
		if !found || one.parent != parent.id || one.kind != kind || one.failed {
			t.Errorf("%s of %s: found %v: %+v; the parent should be %s\nall: %s", name, service, found, one, parent.id, namesOf(spans))
		}
		return one
	}
	request := follow(server, "POST /v1/chats/search", "SERVER", span{id: clientSpan})
	follow(server, "BATCH", "CLIENT", request) // the limit is checked and the task inserted
	publish := follow(server, "publish search_tasks", "PRODUCER", request)
	work := follow(consumer, "process search_tasks", "CONSUMER", publish)
	follow(consumer, "INSERT search_index", "CLIENT", work)
	ended := 0
	for _, one := range spans {
		if one.service == consumer && one.name == "UPDATE search_tasks" && one.parent == work.id {
			ended++
		}
	}
	if ended < 2 {
		t.Errorf("the consumer took and ended the task in %d statements of the trace, want 2:\n%s", ended, namesOf(spans))
	}
	if request.attributes["http.response.status_code"] != "201" || !strings.Contains(s.Logs(), `"trace_id":"`+clientTrace+`"`) {
		t.Errorf("%+v\nlog: %s", request.attributes, s.Logs())
	}
	if code := c.Terminate() + s.Terminate(); code != 0 {
		t.Errorf("exit codes: %d", code)
	}
	checkSecretive(t, r, s, alice.Session)
}

func namesOf(spans []span) string {
	var lines []string
	for _, one := range spans {
		lines = append(lines, one.service+": "+one.name+" "+one.id+" < "+one.parent)
	}
	return strings.Join(lines, "\n")
}

// checkSecretive checks that no secret is in what was sent.
func checkSecretive(t *testing.T, r *receiver, s *testkit.Process, secrets ...string) {
	t.Helper()
	all := r.of("")
	if _, found := find(all, server, "POST /v1/chats/{chat_id}/messages"); !found {
		t.Errorf("a request that came before the end was not sent:\n%s", namesOf(all))
	}
	for _, one := range all {
		for _, secret := range append(secrets, "secretive", testkit.Password, "alice", "hush") {
			if strings.Contains(one.everythingElse, secret) {
				t.Errorf("a span has %q in it: %s", secret, one.everythingElse)
			}
		}
		if strings.Contains(one.name, "ping") {
			t.Errorf("a health call is traced: %s", one.name)
		}
	}
	for _, request := range r.requests {
		if request.URL.Path != "/v1/traces" || request.Header.Get("Api-Key") != "hush-hush" {
			t.Errorf("sent to %s with %v", request.URL, request.Header)
		}
	}
	if strings.Contains(s.Logs(), "hush") {
		t.Error("the header's value is in the log")
	}
}

// With the embedded queue the trace is propagated within the process.
func TestTraceInOneProcess(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	s := testkit.StartBinary(t, slices.Concat(testkit.Embedded(t), traced(r))...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	alice.Send(chat, user, "a secretive text")
	alice.Find(messenger.SearchCreation{Message: "secretive"})
	if code := s.Terminate(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	all := r.of("")
	request, _ := find(all, server, "POST /v1/chats/search")
	work, found := find(r.of(request.trace), server, "process search_tasks")
	publish, _ := find(r.of(request.trace), server, "publish search_tasks")
	if !found || work.parent != publish.id || publish.parent != request.id {
		t.Errorf("the search's trace is not whole:\n%s", namesOf(all))
	}
	send, _ := find(all, server, "POST /v1/chats/{chat_id}/messages")
	if _, found := find(r.of(send.trace), server, "COMMIT"); !found {
		t.Errorf("the send's trace has no commit:\n%s", namesOf(all))
	}
	checkSecretive(t, r, s, alice.Session)
}

// Without the setting nothing is sent, even if other variables of OpenTelemetry are set.
func TestNoTraces(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	s := testkit.StartBinary(t, append(testkit.Embedded(t),
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="+r.URL+"/v1/traces", "OTEL_TRACES_EXPORTER=otlp", "OTEL_BSP_SCHEDULE_DELAY=10")...)
	traffic(t, s.API)
	if code := s.Terminate(); code != 0 || len(r.requests) > 0 || strings.Contains(s.Logs(), "trace_id") {
		t.Errorf("exit code %d, %d requests:\n%s", code, len(r.requests), s.Logs())
	}
}

// A collector that is down or hangs delays neither requests nor the stop.
func TestCollectorIsDown(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"refuses": "http://127.0.0.1:1", "hangs": "http://" + hanging(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.StartBinary(t, append(testkit.Embedded(t), "OTEL_EXPORTER_OTLP_ENDPOINT="+address, "OTEL_BSP_SCHEDULE_DELAY=10")...)
			traffic(t, s.API)
			if code := s.Terminate(); code != 0 || !strings.Contains(s.Logs(), "traces failed") {
				t.Errorf("exit code %d:\n%s", code, s.Logs())
			}
		})
	}
}
