package observability

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

const (
	dashboardFile = "../../../deploy/grafana/dashboard.json"
	alertsFile    = "../../../deploy/prometheus/alerts.yml"
	exampleFile   = "../../../deploy/prometheus/prometheus.yml"
)

// A server that has handled requests has all series that the dashboard and the alerts use.
func TestDashboardAndAlertsMatchTheMetrics(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	traffic(t, s.API)
	await.Until(t, "the indexer has looked", func() bool {
		_, found := s.Scrape(t).Value("messenger_search_index_behind_messages")
		return found
	})
	known := seriesOf(s.Scrape(t))
	expressions := append(dashboard(t), alerts(t)...)
	if len(expressions) < 40 {
		t.Fatalf("only %d expressions found", len(expressions))
	}
	for _, expression := range expressions {
		if err := known.check(expression); err != nil {
			t.Errorf("%s: %v", expression, err)
		}
	}
	// The check itself can fail.
	for _, wrong := range []string{
		"messenger_nothing", "rate(messenger_requests_total", `messenger_requests_total{color="red"}`, "sum by (color) (messenger_ready)",
		`messenger_up{part="engine"}`, "messenger_request_duration_seconds", "messenger_ready_bucket", "messenger_requests_totals",
	} {
		if known.check(wrong) == nil {
			t.Errorf("%s is taken for right", wrong)
		}
	}
}

func TestScrapeExample(t *testing.T) {
	var example struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []struct {
			JobName string `yaml:"job_name"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, exampleFile, &example)
	if len(example.RuleFiles) != 1 || example.RuleFiles[0] != "alerts.yml" || len(example.ScrapeConfigs) != 1 || example.ScrapeConfigs[0].JobName != "messenger" {
		t.Errorf("%+v", example)
	}
}

// dashboard returns the expressions of the dashboard, with values for its variables.
func dashboard(t *testing.T) (expressions []string) {
	t.Helper()
	var file struct {
		Panels []struct {
			Type    string
			Targets []struct{ Expr string }
		}
		Templating struct{ List []struct{ Definition string } }
	}
	content, err := os.ReadFile(dashboardFile)
	if err == nil {
		err = json.Unmarshal(content, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	variables := strings.NewReplacer("$instance", ".*", "$__rate_interval", "5m")
	for _, panel := range file.Panels {
		if len(panel.Targets) == 0 && panel.Type != "row" {
			t.Errorf("a panel asks for nothing")
		}
		for _, target := range panel.Targets {
			expressions = append(expressions, variables.Replace(target.Expr))
		}
	}
	for _, variable := range file.Templating.List {
		if selector, ok := strings.CutPrefix(variable.Definition, "label_values("); ok {
			expressions = append(expressions, strings.SplitN(selector, ",", 2)[0])
		}
	}
	return expressions
}

// alerts returns the expressions of the alerts.
func alerts(t *testing.T) (expressions []string) {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	readYAML(t, alertsFile, &file)
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Alert == "" || rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" {
				t.Errorf("the alert %q lacks a name, a severity or a summary", rule.Alert)
			}
			expressions = append(expressions, rule.Expr)
		}
	}
	return expressions
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(content, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// series are label sets, by the metric's name in expressions.
type series map[string][]map[string]string

// targetLabels are the labels that Prometheus adds to each target.
var targetLabels = map[string]string{"instance": "127.0.0.1:9090", "job": "messenger"}

func seriesOf(scrape testkit.Scrape) series {
	known := series{"up": {targetLabels}}
	for name, family := range scrape.Families {
		for _, metric := range family.GetMetric() {
			set := map[string]string{}
			for label, value := range targetLabels {
				set[label] = value
			}
			for _, label := range metric.GetLabel() {
				set[label.GetName()] = label.GetValue()
			}
			switch {
			case metric.GetHistogram() != nil:
				bucket := map[string]string{"le": "+Inf"}
				for label, value := range set {
					bucket[label] = value
				}
				known[name+"_bucket"] = append(known[name+"_bucket"], bucket)
				known[name+"_sum"] = append(known[name+"_sum"], set)
				known[name+"_count"] = append(known[name+"_count"], set)
			case metric.GetSummary() != nil:
				set["quantile"] = "1"
				known[name] = append(known[name], set)
			default:
				known[name] = append(known[name], set)
			}
		}
	}
	return known
}

// check parses an expression and checks that each series and label in it exists.
func (known series) check(expression string) error {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return err
	}
	var problem error
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			if !known.has(node.LabelMatchers) {
				problem = fmt.Errorf("there is no %s", node)
			}
		case *parser.AggregateExpr:
			for _, label := range node.Grouping {
				if !known.hasLabel(node.Expr, label) {
					problem = fmt.Errorf("nothing in it has the label %s", label)
				}
			}
		}
		return nil
	})
	return problem
}

// has reports whether a series fits the matchers. A matcher of a status is ignored, since not every status
// has occurred.
func (known series) has(matchers []*labels.Matcher) bool {
	name := ""
	for _, matcher := range matchers {
		if matcher.Name == model.MetricNameLabel {
			name = matcher.Value
		}
	}
	for _, set := range known[name] {
		met := true
		for _, matcher := range matchers {
			value, there := set[matcher.Name]
			met = met && (matcher.Name == model.MetricNameLabel || there && (matcher.Name == "status" || matcher.Matches(value)))
		}
		if met {
			return true
		}
	}
	return false
}

// hasLabel reports whether a selector of the expression has a label.
func (known series) hasLabel(expression parser.Expr, label string) (found bool) {
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			for _, set := range known[selector.Name] {
				_, there := set[label]
				found = found || there
			}
		}
		return nil
	})
	return found
}
