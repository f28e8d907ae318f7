package httpkit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"messenger-api/internal/errs"
)

func TestParsePageQuery(t *testing.T) {
	from, empty := "x y", ""
	for query, want := range map[string]PageQuery{
		"limit=1": {Limit: 1}, "limit=100": {Limit: 100}, "limit=007&unknown=1&unknown=2": {Limit: 7},
		"limit=5&from=x%20y": {Limit: 5, From: &from}, "from&limit=5": {Limit: 5, From: &empty},
	} {
		got, err := ParsePageQuery(query, 100)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, %s", query, err, diff)
		}
	}
}

func TestParsePageQueryRefuses(t *testing.T) {
	for query, details := range map[string]string{
		"": "from 1 to 100", "limit=": "from 1 to 100", "limit=0": "from 1 to 100", "limit=101": "from 1 to 100", "limit=%2B5": "from 1 to 100",
		"limit=1&limit=1": "limit is given twice", "limit=&limit=1": "limit is given twice",
		"limit=1&from=x&from=x": "from is given twice", "limit=1&from=x&from=": "from is given twice",
		"limit=1&from=%zz": "can't be parsed",
	} {
		_, err := ParsePageQuery(query, 100)
		if known := errs.From(err); err == nil || known.Code != "bad-parameters" || !strings.Contains(known.Details, details) {
			t.Errorf("%s: %v, want bad-parameters with %q", query, err, details)
		}
	}
}
