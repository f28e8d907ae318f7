package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

// hush is part of every secret in these tests.
const hush = "hush-hush"

var secretive = []string{
	"POSTGRES_PWD=" + hush, "REDIS_PWD=" + hush, "RMQ_PASSWORD=" + hush,
	"REDIS_URL=redis://me:" + hush + "@cache/1", "RMQ_URL=amqp://" + hush + "@mq",
	"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer " + hush,
}

func TestSecretsStayMasked(t *testing.T) {
	c := load(t, secretive...)
	if c.Database.Password.Reveal() != hush || c.Queue.URL.Reveal().User.Username() != hush {
		t.Fatal("nothing to hide")
	}
	hidden := struct{ c Config }{c} // where fmt can't call methods
	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for name, value := range map[string]any{"Config": c, "*Config": &c, "hidden": hidden, "Database": c.Database, "Queue": c.Queue, "Traces": c.Traces} {
			shown[name+" "+verb] = fmt.Sprintf(verb, value)
		}
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	shown["JSON"] = string(encoded)
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"text log": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"JSON log": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		var out bytes.Buffer
		slog.New(handler(&out)).Info("settings", "all", c, "hidden", hidden, "secret", c.Database.Password, "url", c.Queue.URL, "headers", c.Traces.Headers)
		shown[name] = out.String()
	}
	for name, text := range shown {
		if strings.Contains(text, hush) || strings.Contains(text, fmt.Sprintf("%x", hush)) {
			t.Errorf("%s shows a secret: %s", name, text)
		}
	}
}

func TestMaskedURL(t *testing.T) {
	for url, want := range map[string]string{
		"":                               "",
		"redis://cache":                  "redis://cache",
		"redis://:p@cache:6379/0?x=1":    "redis://:****@cache:6379/0?x=1",
		"rediss://m%40e:p%2F@[::1]:1/a":  "rediss://m%40e:****@[::1]:1/a",
		"redis://alone@cache/%2f":        "redis://****@cache/%2f",
		"redis://me:one@two@cache":       "redis://me:****@cache",
		"redis://me:@cache/with%40sign/": "redis://me:****@cache/with%40sign/",
	} {
		var u URL
		if err := u.UnmarshalText([]byte(url)); err != nil && url != "" {
			t.Fatal(err)
		}
		if got := u.String(); got != want {
			t.Errorf("%s is shown as %s, want %s", url, got, want)
		}
	}
}

func TestSecretsHaveMaskingTypes(t *testing.T) {
	for _, s := range settings() {
		kind := s.kind
		if kind.Kind() == reflect.Struct && kind.Field(0).Anonymous { // it masks as what it holds
			kind = kind.Field(0).Type
		}
		masks := kind == reflect.TypeFor[Secret]() || kind == reflect.TypeFor[URL]()
		if masks != s.secret {
			t.Errorf("%s: secret is %v, its type %v", s.name, s.secret, s.kind)
		}
	}
}

func TestNoSecret(t *testing.T) {
	var none Secret
	if none.String() != "" || none.Reveal() != "" || (URL{}).Reveal() != nil {
		t.Error("the zero values are not empty")
	}
}
