package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report collects the measurements.
type report struct {
	options options
	order   []figure
	rounds  map[string][]measurement
	facts   []factValue
	checked int64
}

func newReport(o options) *report { return &report{options: o, rounds: map[string][]measurement{}} }

func (r *report) add(of figure, m measurement) {
	if _, known := r.rounds[of.name]; !known {
		r.order = append(r.order, of)
	}
	r.rounds[of.name] = append(r.rounds[of.name], m)
}

// publish prints the tables, and writes them to the file of the flag -out.
func (r *report) publish() error {
	write(os.Stdout, r.tables())
	if r.options.out == "" {
		return nil
	}
	var text bytes.Buffer
	writeMarkdown(&text, r.tables())
	return os.WriteFile(r.options.out, text.Bytes(), 0o644)
}

// table is a heading, a row of titles and rows of cells.
type table struct {
	heading string
	rows    [][]string
}

func (r *report) tables() []table {
	o := r.options
	figures := table{
		heading: fmt.Sprintf("%d clients, %d bytes of text, %d processors; median of %d rounds of %s; %d messages found stored, each answered 201 once",
			o.clients, o.textBytes, runtime.NumCPU(), o.rounds, o.measured, r.checked),
		rows: [][]string{{"figure", "per second", "p50 ms", "p99 ms", "server µs each", "messages a commit", "answer bytes", "from the cache", "ratio (least to most)", "target"}},
	}
	for _, one := range r.order {
		figures.rows = append(figures.rows, r.row(one))
	}
	once := table{heading: "Embedded, on its own", rows: [][]string{{"figure", "value", "target"}}}
	for _, one := range r.facts {
		once.rows = append(once.rows, []string{one.name, one.value, one.target})
	}
	return slices.DeleteFunc([]table{figures, once}, func(t table) bool { return len(t.rows) == 1 })
}

func (r *report) row(of figure) []string {
	rounds := r.rounds[of.name]
	target := ""
	if of.target > 0 {
		target = fmt.Sprintf("%.2f", of.target)
	}
	return []string{
		of.name,
		number("%.0f", medianOf(rounds, func(m measurement) float64 { return m.perSecond })),
		number("%.2f", medianOf(rounds, func(m measurement) float64 { return milliseconds(m.p50) })),
		number("%.2f", medianOf(rounds, func(m measurement) float64 { return milliseconds(m.p99) })),
		number("%.0f", medianOf(rounds, func(m measurement) float64 { return float64(m.processor) / 1e3 })),
		number("%.1f", medianOf(rounds, func(m measurement) float64 { return m.batch })),
		number("%.0f", medianOf(rounds, func(m measurement) float64 { return float64(m.bodyBytes) })),
		number("%.3f", medianOf(rounds, func(m measurement) float64 { return m.hits })),
		r.ratio(of), target,
	}
}

// ratio compares the figure with its limit as measured in the same round.
func (r *report) ratio(of figure) string {
	if of.limit == "" {
		return ""
	}
	var ratios []float64
	for i, m := range r.rounds[of.name] {
		ratios = append(ratios, m.perSecond/r.rounds[of.limit][i].perSecond)
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios))
}

// number is empty for 0, which means not measured.
func number(format string, value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf(format, value)
}

func medianOf(rounds []measurement, value func(measurement) float64) float64 {
	var values []float64
	for _, m := range rounds {
		values = append(values, value(m))
	}
	return median(values)
}

// median is the greater one of the two middle values where their number is even.
func median[Value cmp.Ordered](values []Value) Value {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func write(w io.Writer, tables []table) {
	for _, one := range tables {
		fmt.Fprintf(w, "\n%s\n\n", one.heading)
		columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range one.rows {
			fmt.Fprintln(columns, strings.Join(row, "\t"))
		}
		_ = columns.Flush() // an error means that the terminal is gone
	}
}

func writeMarkdown(w io.Writer, tables []table) {
	for _, one := range tables {
		fmt.Fprintf(w, "%s:\n\n", one.heading)
		for i, row := range one.rows {
			fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintln(w, "|"+strings.Repeat(" --- |", len(row)))
			}
		}
		fmt.Fprintln(w)
	}
}
