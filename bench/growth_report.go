package main

import (
	"fmt"
	"strconv"
	"time"
)

// growthTables are the tables of what was measured, each kind judged by its target.
func growthTables(o growthOptions, measured []measuredKind, relations []relation) (tables []table) {
	var requests, searches []measuredKind
	for _, one := range measured {
		if one.on == searching {
			searches = append(searches, one)
		} else {
			requests = append(requests, one)
		}
	}
	if requests != nil {
		tables = append(tables, growthTable(o, requests, fmt.Sprintf("Requests, one after the other, %d of each kind", o.requests)))
	}
	if searches != nil {
		tables = append(tables, growthTable(o, searches, fmt.Sprintf("Searches, from the request to SUCCESS, %d of each kind", o.searched)))
	}
	largest := o.sizes[len(o.sizes)-1]
	sizes := table{heading: "Sizes at " + grouped(largest) + " messages", rows: [][]string{{"table or index", "MB", "bytes a message"}}}
	for _, one := range relations {
		sizes.rows = append(sizes.rows, []string{
			one.name, strconv.FormatInt(one.bytes>>20, 10), fmt.Sprintf("%.1f", float64(one.bytes)/float64(largest)),
		})
	}
	return append(tables, sizes)
}

func growthTable(o growthOptions, measured []measuredKind, heading string) table {
	search := measured[0].on == searching
	titles := []string{o.database}
	for _, size := range o.sizes {
		titles = append(titles, grouped(size)+": µs", "pages", "rows")
		if search {
			titles = append(titles, "found")
		}
	}
	made := table{
		heading: fmt.Sprintf("%s; the median of %d rounds, in each of which the sizes had their turn", heading, o.rounds),
		rows:    [][]string{append(titles, "ratio (least to most)", "target", "met")},
	}
	for _, one := range measured {
		cells := []string{one.name}
		for i := range one.costs {
			cost := &one.costs[i]
			cells = append(cells, strconv.FormatInt(cost.time().Microseconds(), 10), number("%.1f", cost.pages), number("%.1f", cost.rows))
			if search {
				cells = append(cells, strconv.Itoa(cost.found))
			}
		}
		made.rows = append(made.rows, append(cells, one.judge()...))
	}
	return made
}

// judge gives the cells of the ratio, of the target and of whether it is met. Searches are compared at equal numbers of
// results: with the smallest database in which as many were found.
func (m *measuredKind) judge() []string {
	last := &m.costs[len(m.costs)-1]
	ratio, met := "", true
	if base := m.comparable(); base != nil {
		var ratios []float64
		for i := range last.rounds {
			ratios = append(ratios, float64(last.rounds[i])/float64(base.rounds[i]))
		}
		least, most := ratios[0], ratios[0]
		for _, one := range ratios {
			least, most = min(least, one), max(most, one)
		}
		ratio = fmt.Sprintf("%.2f (%.2f to %.2f)", median(ratios), least, most)
		met = median(ratios) <= m.ratio
	}
	target := fmt.Sprintf("%.1f", m.ratio)
	if m.most > 0 {
		target += fmt.Sprintf(", %d ms", m.most.Milliseconds())
		met = met && last.time() <= m.most
	}
	verdict := "yes"
	if !met {
		verdict = "no"
	}
	for i := range m.costs {
		if m.costs[i].unfinished > 0 {
			verdict = fmt.Sprintf("no: %d did not end in %v", m.costs[i].unfinished, 5*time.Second)
		}
	}
	return []string{ratio, target, verdict}
}

// comparable is the smallest database, but the largest, in which a search found nine tenths of what it found in the
// largest; of requests the smallest. nil if there is none.
func (m *measuredKind) comparable() *growthCost {
	last := len(m.costs) - 1
	for i := range m.costs[:last] {
		if 10*m.costs[i].found >= 9*m.costs[last].found {
			return &m.costs[i]
		}
	}
	return nil
}

// grouped writes a number as in 10,000,000.
func grouped(number int) string {
	text := strconv.Itoa(number)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
