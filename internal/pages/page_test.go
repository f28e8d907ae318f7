package pages_test

import (
	"regexp"
	"strings"
	"testing"

	"messenger-api/internal/pages"
)

func TestETag(t *testing.T) {
	pageOf := func(p *pages.Pages, text string) pages.Page {
		page, err := read(t.Context(), p, pageKey, load(text))
		if err != nil || string(page.Body()) != text {
			t.Fatalf("Read = %q, %v; want %q", page, err, text)
		}
		return page
	}
	cached, other := nodes(t, true)
	one, again, two := pageOf(cached, "text"), pageOf(nil, "text"), pageOf(nil, "another")
	if form := regexp.MustCompile(`^"[0-9a-f]{32}"$`); !form.MatchString(one.ETag()) {
		t.Errorf("ETag = %s", one.ETag())
	}
	if one.ETag() != again.ETag() || one.ETag() != pageOf(other, "text").ETag() {
		t.Error("the same body has different tags")
	}
	if one.ETag() == two.ETag() {
		t.Error("two bodies have the same tag")
	}
	long := strings.Repeat("x", 1<<20)
	for _, other := range []string{long[1:], "y" + long[1:], long[1:] + "y", long[:1<<19] + "y" + long[1<<19+1:]} {
		if pageOf(nil, long).ETag() == pageOf(nil, other).ETag() {
			t.Error("two long bodies that differ in one byte have the same tag")
		}
	}
	empty := pageOf(nil, "")
	if len(empty.Body()) != 0 || empty.ETag() == one.ETag() {
		t.Errorf("an empty page is %q", empty)
	}
}

func TestMatches(t *testing.T) {
	page, err := read(t.Context(), nil, pageKey, load("text"))
	if err != nil {
		t.Fatal(err)
	}
	etag := page.ETag()
	for _, test := range []struct {
		values []string
		want   bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{etag}, true},
		{[]string{"W/" + etag}, true}, // RFC 9110 requires weak comparison
		{[]string{"*"}, true},
		{[]string{" * "}, true},
		{[]string{`"other"`}, false},
		{[]string{`"other", ` + etag}, true},
		{[]string{`"other",` + etag + `,W/"third"`}, true},
		{[]string{`"other"`, etag}, true},
		{[]string{`"other"`, `"third"`}, false},
		{[]string{etag[1 : len(etag)-1]}, false},
		{[]string{"w/" + etag}, false},
		{[]string{etag[:len(etag)-1]}, false},
		{[]string{`"*"`}, false},
	} {
		if got := page.Matches(test.values); got != test.want {
			t.Errorf("Matches(%q) = %v, want %v", test.values, got, test.want)
		}
	}
}
