package main

import (
	"fmt"
	"strconv"
)

// growthResults are what was measured of all sizes.
type growthResults struct {
	options   growthOptions
	costs     [][]growthCost
	relations []relation
}

func (r *growthResults) add(costs []growthCost) { r.costs = append(r.costs, costs) }

func (r *growthResults) tables() []table {
	titles := []string{r.options.database}
	for _, size := range r.options.sizes {
		titles = append(titles, grouped(size)+": µs", "pages", "rows")
	}
	requests := table{heading: "Requests, one after the other; the median of " + strconv.Itoa(r.options.requests), rows: [][]string{append(titles, "ratio")}}
	for i, smallest := range r.costs[0] {
		cells := []string{smallest.kind}
		var last growthCost
		for _, costs := range r.costs {
			last = costs[i]
			cells = append(cells, strconv.FormatInt(last.time.Microseconds(), 10), number("%.1f", last.pages), number("%.1f", last.rows))
		}
		requests.rows = append(requests.rows, append(cells, fmt.Sprintf("%.1f", float64(last.time)/float64(smallest.time))))
	}
	largest := r.options.sizes[len(r.options.sizes)-1]
	sizes := table{heading: "Sizes at " + grouped(largest) + " messages", rows: [][]string{{"table or index", "MB", "bytes a message"}}}
	for _, one := range r.relations {
		sizes.rows = append(sizes.rows, []string{
			one.name, strconv.FormatInt(one.bytes>>20, 10), fmt.Sprintf("%.1f", float64(one.bytes)/float64(largest)),
		})
	}
	return []table{requests, sizes}
}

// grouped writes a number as in 10,000,000.
func grouped(number int) string {
	text := strconv.Itoa(number)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
